"""The panel's commands: the clock, faults for the next call, scenarios of orders, shops, reset."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from app.protocol.messages import Call
from tests.sandbox.merchant import Merchant, serving


@pytest.fixture(scope="module")
def own() -> Iterator[Merchant]:
    """A merchant of a sandbox of this file's own, since its controls are turned."""
    with serving(":memory:", late_seconds=0) as merchant:
        yield merchant


def turn(merchant: Merchant, path: str, **values: str) -> httpx.Response:
    return merchant.http.post(path, data=values)


def test_an_hour_later_an_unpaid_trade_has_expired(own: Merchant) -> None:
    requested, started, paid = own.executed(), own.executed(), own.executed()
    page = own.start(started)
    own.press(own.start(paid), "pay")
    before = own.call(Call.SEARCH, OrderID=paid["OrderID"], PayType="16")["processdate"]
    assert turn(own, "/clock", minutes="61").status_code == 303
    assert own.press(page, "pay").code == "NC1000007"
    assert own.start(requested).code == "NC1000005"
    assert {own.status(requested), own.status(started)} == {"EXPIRED"}
    after = own.call(Call.SEARCH, OrderID=paid["OrderID"], PayType="16")
    assert (after["status"], after["processdate"]) == ("PAYSUCCESS", before)
    entered = own.enter()
    now = own.call(Call.SEARCH, OrderID=entered["OrderID"], PayType="16")["processdate"]
    assert now > before


def test_a_clock_is_not_moved_beyond_what_dates_can_say() -> None:
    with serving(":memory:", late_seconds=0) as merchant:
        answers = [merchant.http.post("/api/clock", json={"minutes": 527040}) for _ in range(12)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [409] * 2
        assert merchant.status(merchant.enter()) == "UNPROCESSED"


def test_a_customer_without_a_browser_tells_what_would_have_been_delivered(own: Merchant) -> None:
    told = {}
    for suffix in ("", "-twice", "-silent", "-leave"):
        trade = own.executed(suffix)
        address = f"/api/trades/{trade['AccessID']}/customer"
        answer = own.http.post(address, json={"action": "pay"}).json()
        told[suffix] = (answer["deliveries"], answer["result"] is not None)
    assert told == {"": (1, True), "-twice": (2, True), "-silent": (0, False), "-leave": (0, False)}


def test_a_fault_hits_the_next_call_and_no_other(own: Merchant) -> None:
    turn(own, "/faults", call="EntryTranNetcash", fault="busy")
    turn(own, "/faults", call="SearchTradeMulti", fault="html")
    order = {"OrderID": own.order_id(), "Amount": "1"}
    assert own.call(Call.ENTRY, **order)["errinfo"] == "E92000001"
    assert "accessid" in own.call(Call.ENTRY, **order)
    assert b"<html>" in own.post(Call.SEARCH, **order, PayType="16").content
    assert own.status(order) == "UNPROCESSED"


def test_a_fault_that_has_been_forgotten_hits_nobody(own: Merchant) -> None:
    turn(own, "/faults", call="EntryTranNetcash", fault="http500")
    turn(own, "/faults/forget")
    assert own.enter()["AccessID"]


def test_an_operator_chooses_the_scenario_of_an_order(own: Merchant) -> None:
    trade = own.executed()
    turn(own, f"/trades/{trade['AccessID']}/scenario", scenario="nosign")
    assert own.press(own.start(trade), "pay").fields["CheckString"] == ""


def test_the_panel_finds_a_trade_and_tells_its_story(own: Merchant) -> None:
    trade, _ = own.ended("-declined")
    own.call(Call.EXEC, **own.execution(trade) | {"RetURL": ""})
    panel = own.http.get("/", params={"q": trade["OrderID"][:-2]}).text
    assert f"/trades/{trade['AccessID']}" in panel
    story = own.http.get(f"/trades/{trade['AccessID']}", headers={"Accept-Language": "en"}).text
    steps = re.findall(r'data-cause="([\w-]+)".*?<code>(\w+)</code>', story)
    assert steps == [
        ("entry", "UNPROCESSED"),
        ("exec", "REQSUCCESS"),
        ("start", "PAYSTART"),
        ("refused", "PAYFAIL"),
    ]
    assert "the centre refused the payment" in story
    assert "M01056001" in story


def test_another_shop_has_its_own_orders(own: Merchant) -> None:
    shop = own.http.post("/api/shops", json={"name": "Second"}).json()
    credentials = {"ShopID": shop["ShopID"], "ShopPass": shop["ShopPass"]}
    trade = own.enter()
    order = {"OrderID": trade["OrderID"], "Amount": "7"}
    assert own.call(Call.ENTRY, **order | credentials)["accessid"] != trade["AccessID"]
    stolen = own.execution(trade) | credentials
    assert own.call(Call.EXEC, **stolen)["errinfo"] == "M01058010"


def test_a_reset_forgets_trades_and_keeps_shops(own: Merchant) -> None:
    trade = own.enter()
    turn(own, "/reset", sure="on")
    assert own.status(trade) == "M01004002"
    assert "data-clock-ahead" not in own.http.get("/").text
    own.enter()


@pytest.mark.parametrize(
    ("path", "values", "status"),
    [
        ("/clock", {"minutes": "0"}, 422),
        ("/clock", {"minutes": "-5"}, 422),
        ("/clock", {}, 422),
        ("/faults", {"call": "EntryTranNetcash", "fault": "meteor"}, 422),
        ("/faults", {"call": "ExecTranNetcash", "fault": "other-order"}, 409),
        ("/trades/" + "0" * 32 + "/scenario", {"scenario": "late"}, 404),
        ("/shops/nobody/notices", {"notify_url": ""}, 404),
        ("/shops/tshop00000001/notices", {"notify_url": "http://shop.example/"}, 409),
        ("/hosts", {"hosts": "a/b"}, 422),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    own: Merchant, path: str, values: dict[str, str], status: int
) -> None:
    assert turn(own, path, **values).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://["},
        {"Host": "evil.example"},
    ],
)
def test_another_site_s_page_turns_nothing(own: Merchant, headers: dict[str, str]) -> None:
    assert own.http.post("/reset", headers=headers).status_code == 403
    assert own.http.post("/api/reset", json={}, headers=headers).status_code in (401, 403)
