"""A form of the panel or the guide that is refused comes back with its error beside the field."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from markupsafe import escape

from app.protocol.messages import Call
from app.protocol.words import in_each_language
from app.sandbox.calls.bodies import BODY_LIMIT
from app.sandbox.scenarios.catalogue import SCENARIOS, named
from tests.reading import Shown
from tests.sandbox.merchant import SHOP, Merchant, serving

GUIDE = {"do": "deliver", "ShopID": SHOP["ShopID"], "kind": "correct", "OrderID": "A-1"}


@pytest.fixture(scope="module")
def own() -> Iterator[Merchant]:
    """A merchant of a sandbox of this file's own, since its controls are turned."""
    with serving(":memory:", late_seconds=0) as merchant:
        yield merchant


def send(merchant: Merchant, path: str, language: str = "en", **typed: str) -> httpx.Response:
    return merchant.http.post(path, data=typed, headers={"Accept-Language": language})


@pytest.mark.parametrize(
    ("path", "typed", "status", "field"),
    [
        ("/clock", {"minutes": "0"}, 422, "minutes"),
        ("/clock", {"minutes": "<b>"}, 422, "minutes"),
        ("/clock", {}, 422, "minutes"),
        ("/faults", {"call": "EntryTranNetcash", "fault": "meteor"}, 422, "fault"),
        ("/faults", {"call": "ExecTranNetcash", "fault": "other-order"}, 409, "fault"),
        ("/shops", {"name": ""}, 422, "name"),
        ("/shops", {"name": "x" * 51}, 422, "name"),
        ("/shops/tshop00000001/notices", {"notify_url": "ftp://a"}, 422, "notify_url"),
        ("/shops/tshop00000001/notices", {"notify_url": "http://shop.example/"}, 409, "notify_url"),
        ("/hosts", {"hosts": "a/b"}, 422, "hosts"),
        ("/reset", {}, 422, "sure"),
        ("/guide", GUIDE | {"RetURL": "shop"}, 422, "RetURL"),
        ("/guide", GUIDE | {"RetURL": "http://["}, 422, "RetURL"),
        ("/guide", GUIDE | {"RetURL": "http://a.example/", "OrderID": "あ"}, 422, "OrderID"),
        ("/guide", GUIDE | {"RetURL": "http://a.example/", "way": "server"}, 409, "RetURL"),
        ("/guide", GUIDE | {"RetURL": "http://a.example/", "kind": "odd"}, 422, "kind"),
    ],
)
def test_a_refused_form_comes_back_with_the_error_and_what_was_typed(
    own: Merchant, path: str, typed: dict[str, str], status: int, field: str
) -> None:
    answer = send(own, path, **typed)
    shown = Shown(answer)
    assert answer.status_code == status
    assert shown.all("data-error-for") == [field]
    assert "<h1>" in answer.text
    assert 'role="alert"' in answer.text
    (wrong,) = re.findall(r'<(?:input|select)[^>]*aria-invalid="true"[^>]*>', answer.text)
    described = re.search(r'aria-describedby="([^"]+)"', wrong)
    assert described
    assert f'id="{described[1]}" data-error-for="{field}"' in answer.text
    if "<input" in wrong and typed.get(field):
        assert f'value="{escape(typed[field])}"' in wrong


def test_that_a_server_did_not_answer_is_said_in_the_reader_s_language(own: Merchant) -> None:
    typed = GUIDE | {"RetURL": "http://127.0.0.1:9/", "way": "server"}
    sheet = send(own, "/guide", **typed).headers["location"]
    for language, words in (("ja", "応答なし"), ("en", "no answer")):
        page = own.http.get(sheet, headers={"Accept-Language": language}).text
        assert re.search(rf'role="status">[^<]*{words}<', page)


def test_every_wrong_field_is_marked_and_the_right_ones_are_kept(own: Merchant) -> None:
    typed = GUIDE | {"RetURL": "nowhere", "OrderID": "あ", "kind": "unsigned"}
    answer = send(own, "/guide", **typed)
    assert Shown(answer).all("data-error-for") == ["RetURL", "OrderID"]
    assert '<option value="unsigned" selected>' in answer.text


def test_the_error_is_said_in_the_reader_s_language(own: Merchant) -> None:
    for language, words in (("ja", "1 から 527040 までの整数"), ("en", "from 1 to 527040")):
        assert words in send(own, "/clock", language, minutes="0").text
    english = own.http.post("/api/clock", json={"minutes": 0}, headers={"Accept-Language": "ja"})
    assert english.json()["error"] == "minutes: Enter a whole number from 1 to 527040."


def test_the_page_of_a_refused_form_can_be_read_in_the_other_language(own: Merchant) -> None:
    """The address of a form takes no GET: the switch of languages has to lead to its page."""
    answer = send(own, "/clock", minutes="0")
    (switch,) = re.findall(r'<form class="own-language" action="([^"]*)"', answer.text)
    assert own.http.get(switch, params={"lang": "ja"}).status_code == 200


def test_nothing_is_forgotten_unless_the_box_is_ticked(own: Merchant) -> None:
    trade = own.enter()
    assert send(own, "/reset", desk="on").status_code == 422
    assert own.status(trade) == "UNPROCESSED"
    assert own.http.post("/api/reset", json={}).status_code == 200  # a program means what it says
    assert own.status(trade) == "M01004002"


def test_a_wrong_key_is_refused_beside_its_field_and_never_repeated() -> None:
    with serving(":memory:", late_seconds=0) as merchant:
        answer = send(merchant, "/guide", page="client", key="s3cret")
    assert (answer.status_code, Shown(answer).all("data-error-for")) == (401, ["key"])
    assert "s3cret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"/trades/{'0' * 32}", 404),
        ("POST", f"/trades/{'0' * 32}/scenario", 404),
        ("POST", "/shops/nobody/notices", 404),
        ("GET", "/clock", 405),
        ("PUT", "/guide", 405),
        ("POST", "/clock", 413),
        ("POST", "/guide", 413),
        ("POST", "/guide", 400),
    ],
)
def test_what_is_not_there_is_said_on_a_page_with_a_way_back(
    own: Merchant, method: str, path: str, status: int
) -> None:
    bodies = {413: b"a" * (BODY_LIMIT + 1), 400: b"do=nothing"}
    body = bodies.get(status, b"scenario=late&notify_url=")
    answer = own.http.request(method, path, content=body, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert "<h1>" in answer.text
    (back,) = re.findall(r'<a class="btn" href="([^"]*)"', answer.text)
    assert own.http.get(back).status_code == 200


def test_programs_get_no_page_for_an_error(own: Merchant) -> None:
    assert own.http.get("/api/nothing").json() == {"error": "Not Found"}
    assert own.http.get(Call.ENTRY.path).content == b""


def choices(merchant: Merchant, trade: dict[str, str]) -> set[str]:
    page = merchant.http.get(f"/trades/{trade['AccessID']}").text
    return set(re.findall(r'<option value="([a-z0-9]+)"', page))


def test_only_scenarios_that_can_still_act_are_offered(own: Merchant) -> None:
    trade = own.enter()
    offered = choices(own, trade)
    assert offered == {one.name for one in SCENARIOS} - {"otherorder"}
    executed = own.executed()
    of_calls = {one.name for one in SCENARIOS if one.fault}
    assert choices(own, executed) == {one.name for one in SCENARIOS} - of_calls
    paid, _ = own.ended("-paid")
    assert choices(own, paid) == set()
    failed, _ = own.ended("-declined")
    assert choices(own, failed) == {"ordinary", "revived"}


def test_a_scenario_that_comes_too_late_is_refused_by_name(own: Merchant) -> None:
    trade = own.executed()
    answer = send(own, f"/trades/{trade['AccessID']}/scenario", scenario="timeout")
    assert (answer.status_code, Shown(answer).all("data-error-for")) == (409, ["scenario"])
    assert "The trade is REQSUCCESS" in answer.text
    told = own.http.post(f"/api/trades/{trade['AccessID']}/scenario", json={"scenario": "timeout"})
    assert (told.status_code, told.json()["field"]) == (409, "scenario")
    assert own.http.get(f"/api/trades/{trade['AccessID']}").json()["scenario"] == "ordinary"


def test_a_failed_trade_can_still_be_revived(own: Merchant) -> None:
    trade, _ = own.ended("-declined")
    assert send(own, f"/trades/{trade['AccessID']}/scenario", scenario="revived").status_code == 303
    assert own.status(trade) == "PAYSUCCESS"


@pytest.mark.parametrize("name", ["late", "noticefirst"])
def test_the_table_names_the_delay_that_there_is(name: str) -> None:
    scenario = named(name)
    for words in in_each_language(scenario.does).values():
        assert str(scenario.delay) in words
