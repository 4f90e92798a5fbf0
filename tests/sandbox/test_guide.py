"""The merchant engineer's path: guide, key, readiness sheet, receiver check."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import httpx
import pytest
from starlette.applications import Starlette

from app.protocol.checkstring import Verdict, judge, read_result
from app.protocol.messages import Call
from app.protocol.wire import JST, encode_form
from app.sandbox.app import create_sandbox, running
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.store.shops import sandbox_key
from tests.sandbox.merchant import SHOP, Merchant, serving
from tests.sandbox.test_notices import Receiver, receiver

__all__ = ["receiver"]

BASE = "https://desk.example/sandbox"


@pytest.fixture(scope="module")
def own() -> Iterator[Merchant]:
    """A merchant of a sandbox of this file's own, whose last requests are the tests'."""
    with serving(":memory:", late_seconds=0) as merchant:
        yield merchant


@pytest.fixture
async def mounted() -> AsyncIterator[Starlette]:
    app = create_sandbox(":memory:", base_url=BASE, late_seconds=0)
    async with running(app):
        yield app


def browser(app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="https://desk.example")


def readiness(merchant: Merchant) -> dict[str, str]:
    sheet = merchant.http.get(f"/api/shops/{SHOP['ShopID']}/readiness").json()["scenarios"]
    return {line["scenario"]: line["state"] for line in sheet}


def test_the_guide_shows_every_scenario_in_the_reader_s_language(own: Merchant) -> None:
    for language in ("ja", "en"):
        text = own.http.get("/guide", params={"lang": language}).text
        assert f'<html lang="{language}">' in text
        for scenario in SCENARIOS:
            assert f'data-scenario="{scenario.name}"' in text
    assert "tpass7xq" in text
    assert f"http://127.0.0.1:{own.port}" in text


@pytest.mark.anyio
async def test_what_is_about_clients_opens_with_the_sandbox_key_alone(mounted: Starlette) -> None:
    key = await mounted.state.store.run(sandbox_key)
    async with browser(mounted) as visitor:
        closed = await visitor.get("/guide", params={"page": "client"})
        assert "tpass7xq" not in closed.text
        wrong = await visitor.post("/guide", data={"page": "client", "key": key[:-1]})
        assert (wrong.status_code, wrong.cookies) == (401, httpx.Cookies())
        forged = await visitor.post("/guide", data={"do": "mark"})
        assert forged.status_code == 401
        right = await visitor.post("/guide", data={"page": "client", "key": key})
        assert right.headers["location"] == "/guide?page=client"
        assert "HttpOnly" in right.headers["set-cookie"]
        assert "tpass7xq" in (await visitor.get("/guide", params={"page": "client"})).text


@pytest.mark.anyio
async def test_the_automation_opens_with_the_sandbox_key_alone(mounted: Starlette) -> None:
    key = await mounted.state.store.run(sandbox_key)
    async with browser(mounted) as client:
        for address in ("/api/shops", "/openapi.json"):
            assert (await client.get(address)).status_code == 401
            wrong = {"Authorization": "Bearer x"}
            assert (await client.get(address, headers=wrong)).status_code == 401
            given = await client.get(address, headers={"Authorization": f"Bearer {key}"})
            assert given.status_code == 200
        assert given.json()["servers"] == [{"url": BASE}]


def test_the_sheet_follows_what_the_client_does(own: Merchant) -> None:
    assert set(readiness(own).values()) <= {"open", "done", "failed"}
    trade = own.enter("-http500")
    own.post(Call.EXEC, **own.execution(trade))
    assert readiness(own)["http500"] == "open"
    own.status(trade)
    assert readiness(own)["http500"] == "done"
    again = own.enter("-http500")
    own.post(Call.EXEC, **own.execution(again))
    own.post(Call.EXEC, **own.execution(again))
    assert readiness(own)["http500"] == "failed"
    silent, _ = own.ended("-silent")
    assert readiness(own)["silent"] == "open"
    own.status(silent)
    assert readiness(own)["silent"] == "done"


def test_a_lookup_counts_only_when_it_told_this_shop_something(own: Merchant) -> None:
    trade, _ = own.ended("-silent")
    for wrong in ({"ShopID": "nobody"}, {"ShopPass": "wrong"}):
        refused = own.call(Call.SEARCH, **trade | wrong, PayType="16")
        assert refused["errinfo"] == "M01002002"
        assert readiness(own)["silent"] == "open"
    own.status(trade)
    assert readiness(own)["silent"] == "done"
    stopped = own.enter("-http500")
    own.post(Call.EXEC, **own.execution(stopped))
    own.post(Call.EXEC, **own.execution(stopped), ShopID="nobody")  # anybody's, not this client's
    assert readiness(own)["http500"] == "open"


def test_whoever_did_not_wait_for_a_slow_answer_is_not_done(own: Merchant) -> None:
    trade = own.executed("-drip")
    assert readiness(own)["drip"] == "open"
    own.start(trade)
    assert readiness(own)["drip"] == "done"


def test_whoever_waits_longer_than_a_late_answer_takes_has_passed(own: Merchant) -> None:
    trade = own.executed("-timeout")
    assert readiness(own)["timeout"] == "open"
    own.start(trade)
    assert readiness(own)["timeout"] == "done"


def test_an_ordinary_order_that_was_paid_is_not_forgotten_for_a_substitute(own: Merchant) -> None:
    own.ended("")
    own.executed("")
    sheet = own.http.get(f"/api/shops/{SHOP['ShopID']}/readiness").json()["scenarios"]
    (words,) = [line["why"]["en"] for line in sheet if line["scenario"] == "ordinary"]
    assert words.startswith("Tried. See what became of the result")


def test_a_notice_that_was_never_sent_is_said_on_the_sheet(
    own: Merchant, receiver: Receiver
) -> None:
    def why() -> str:
        sheet = own.http.get(f"/api/shops/{SHOP['ShopID']}/readiness").json()["scenarios"]
        (words,) = [line["why"]["en"] for line in sheet if line["scenario"] == "noticefirst"]
        return str(words)

    own.ended("-noticefirst")
    assert why().startswith("No notice was sent")
    notices = f"/shops/{SHOP['ShopID']}/notices"
    own.http.post(notices, data={"notify_url": receiver.url})
    own.ended("-noticefirst")
    own.http.post(notices, data={"notify_url": ""})
    assert why().startswith("Tried.")


def test_every_scenario_is_on_the_sheet_and_can_be_put_down_as_done(own: Merchant) -> None:
    names = [scenario.name for scenario in SCENARIOS]
    for name in names:
        form = {"do": "mark", "ShopID": SHOP["ShopID"], "scenario": name, "state": "done"}
        assert own.http.post("/guide", data=form).status_code == 303
    page = own.http.get("/guide", params={"page": "readiness", "lang": "en"}).text
    assert re.findall(r'data-scenario="(\w+)" data-readiness="done"', page) == names
    assert f"{len(names)} done, 0 failed, 0 open" in page
    own.http.post("/reset", data={"sure": "on"})


def test_the_sheet_says_when_it_was_made_for_whom_and_against_what(own: Merchant) -> None:
    own.http.post("/api/clock", json={"minutes": 600})
    own.enter()
    before = time.time() * 1000 - 1
    for language, written in (("ja", "%Y年%-m月%-d日 %H:%M"), ("en", "%-d %b %Y %H:%M")):
        page = own.http.get("/guide", params={"page": "readiness", "lang": language}).text
        stamp, words = re.findall(r'<time data-made-at="(\d+)">([^<]+)</time>', page)[0]
        assert before < int(stamp) <= time.time() * 1000  # the clock on the wall
        made = datetime.fromtimestamp(int(stamp) / 1000, JST)
        assert words.startswith(made.strftime(written))
        assert words.endswith(" JST")
        assert f"Sandbox Shop · ShopID <code>{SHOP['ShopID']}</code>" in page
        assert f"<code>http://127.0.0.1:{own.port}</code>" in page
        assert "python-httpx" in page


def test_a_person_s_word_completes_the_sheet(own: Merchant) -> None:
    own.ended("-tamper")
    assert readiness(own)["tamper"] == "open"
    form = {"do": "mark", "ShopID": SHOP["ShopID"], "scenario": "tamper", "state": "done"}
    marked = own.http.post("/guide", data=form)
    assert marked.status_code == 303
    assert marked.headers["location"].endswith("#tamper")  # to the row the reader was at
    assert readiness(own)["tamper"] == "done"
    page = own.http.get("/guide", params={"page": "readiness"}).text
    assert 'data-scenario="tamper" data-readiness="done"' in page
    own.http.post("/guide", data=form | {"state": "open"})
    assert readiness(own)["tamper"] == "open"
    own.http.post("/guide", data=form)
    own.http.post("/reset", data={"sure": "on"})
    assert set(readiness(own).values()) == {"open"}


RESULTS = {
    "correct": [Verdict.VERIFIED],
    "duplicate": [Verdict.VERIFIED] * 2,
    "late": [Verdict.VERIFIED],
    "tampered": [Verdict.MISMATCH],
    "out-of-order": [Verdict.VERIFIED] * 2,
    "unsigned": [Verdict.NO_CHECKSTRING],
}


@pytest.mark.parametrize("kind", RESULTS)
def test_a_receiver_gets_results_right_and_wrong(
    own: Merchant, receiver: Receiver, kind: str
) -> None:
    path = f"/api/shops/{SHOP['ShopID']}/results"
    values = {"OrderID": "A-1", "RetURL": receiver.url, "kind": kind}
    answer = own.http.post(path, json=values).json()
    assert answer["answers"] == ["0"] * len(RESULTS[kind])
    passwords = {SHOP["ShopID"]: SHOP["ShopPass"]}.get
    readings = [read_result(encode_form(pairs)) for pairs in receiver.bodies]
    assert [judge(reading, passwords).verdict for reading in readings] == RESULTS[kind]


def test_results_go_through_the_browser_on_a_page_of_its_own_origin(own: Merchant) -> None:
    form = {"do": "deliver", "ShopID": SHOP["ShopID"], "kind": "duplicate", "OrderID": "A-1"}
    page = own.http.post("/guide", data=form | {"RetURL": "https://shop.example/r"})
    assert page.text.count("data-deliver") == 2
    assert page.headers["content-security-policy"].startswith("sandbox ")


def test_this_server_sends_to_no_host_that_nobody_allowed(own: Merchant) -> None:
    path = f"/api/shops/{SHOP['ShopID']}/results"
    values = {"OrderID": "A-1", "kind": "correct"}
    for url in (
        "http://shop.example/",
        "http://169.254.169.254/",
        "http://127.0.0.1.evil.example/",
    ):
        assert own.http.post(path, json=values | {"RetURL": url}).status_code == 409
    own.http.post("/api/hosts", json={"hosts": "localhost.invalid"})
    allowed = values | {"RetURL": "http://localhost.invalid/"}
    assert own.http.post(path, json=allowed).json()["answers"] == ["no answer"]


def test_the_guide_s_own_form_sends_to_no_such_host_either(own: Merchant) -> None:
    form = {"do": "deliver", "way": "server", "ShopID": SHOP["ShopID"], "kind": "correct"}
    sent = own.http.post("/guide", data=form | {"OrderID": "A-1", "RetURL": "http://10.0.0.1/"})
    assert sent.status_code == 409
    assert 'data-error-for="RetURL"' in sent.text
