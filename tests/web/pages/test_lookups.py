"""Lookups through the pages: the real sandbox over a real socket answers them."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.protocol.messages import Call
from app.protocol.wire import encode_form, split_answer
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Order, order_by_number
from app.records.shops import Environment, Shop
from tests.cast import OPERATOR, VIEWER
from tests.conftest import Served, serving, settings_for
from tests.web.pages.beside import a_token, shown
from tests.web.pages.rows import an_exchange, an_order, sandbox_shop, stored

SHOP = {"ShopID": "tshop00000001", "ShopPass": "tpass7xq"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Iterator[Served]:
    """One served desk for the module: each test looks up numbers of its own."""
    folder = tmp_path_factory.mktemp("lookups")
    shutil.copy(blank_database, folder / "desk.db")
    with serving(settings_for(folder)) as served:
        yield served


@pytest.fixture(scope="module")
def desk(shared: Served) -> Iterator[httpx.Client]:
    """An operator's browser at that desk."""
    with closing(shared.client(OPERATOR)) as client:
        yield client


def registered_elsewhere(served: Served, number: str, amount: int = 1500) -> dict[str, str]:
    """An order that another system of the merchant has registered; the gateway's answer."""
    url = f"{served.url}/sandbox{Call.ENTRY.path}"
    pairs = [*SHOP.items(), ("OrderID", number), ("Amount", str(amount))]
    return split_answer(httpx.post(url, content=encode_form(pairs)).content)


def looked_up(desk: httpx.Client, number: str, **fields: str) -> httpx.Response:
    """The answer page of a lookup."""
    answer = desk.post("/lookups", data={"OrderID": number, **fields})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/lookups/")
    return desk.get(answer.headers["location"])


def order_of(served: Served, number: str) -> Order | None:
    with served.app.state.desk.database.reading() as session:
        return order_by_number(session, sandbox_shop(served.app).id, number)


def plain(answer: httpx.Response) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_an_order_that_was_not_created_here_becomes_a_row_with_its_origin(
    shared: Served, desk: httpx.Client
) -> None:
    registered_elsewhere(shared, "SHOP-77")
    shown = looked_up(desk, "SHOP-77")
    met = order_of(shared, "SHOP-77")
    assert met is not None
    assert (met.origin, met.status, met.source) == ("lookup", "UNPROCESSED", "lookup")
    assert f'href="/orders/{met.id}"' in shown.text
    assert 'data-status="UNPROCESSED"' in shown.text
    assert "It was first met through a lookup." in plain(shown)
    assert "¥1,500 is the gateway's figure" in plain(shown)


def test_the_answer_is_held_against_what_we_sent(shared: Served, desk: httpx.Client) -> None:
    access = registered_elsewhere(shared, "SAME-1", 1000)["accessid"]
    an_order(shared.app, "SAME-1", "UNPROCESSED", access_id=access, access_pass="x" * 32, tax=0)
    shown = plain(looked_up(desk, "SAME-1"))
    assert "Amount and Tax are what we sent: ¥1,000 together." in shown
    assert "The gateway says the same, with the Amount and Tax that we sent." in shown
    assert "confirmed" not in shown.lower()
    assert "differs" not in shown


def test_another_amount_is_marked_and_raises_a_conflict(shared: Served, desk: httpx.Client) -> None:
    access = registered_elsewhere(shared, "MORE-1", 1500)["accessid"]
    an_order(shared.app, "MORE-1", "UNPROCESSED", access_id=access, access_pass="x" * 32)
    answer = looked_up(desk, "MORE-1")
    assert re.search(r'class="differs">\s*<th scope="row"><code>Amount', answer.text)
    assert "We sent ¥1,000, the gateway holds ¥1,500." in plain(answer)
    assert "The gateway holds another amount than ours" in plain(answer)
    held = order_of(shared, "MORE-1")
    assert held is not None
    assert held.conflict == "amount"


def test_an_order_that_the_gateway_does_not_know_is_said_in_words(
    shared: Served, desk: httpx.Client
) -> None:
    shown = looked_up(desk, "NOWHERE-1")
    assert 'data-outcome="protocol-error"' in shown.text
    assert "M01004002" in shown.text
    assert "No trade is registered with this OrderID." in plain(shown)
    assert order_of(shared, "NOWHERE-1") is None


def test_the_answer_page_shows_the_raw_exchange_and_no_secret(
    shared: Served, desk: httpx.Client
) -> None:
    secret = registered_elsewhere(shared, "SHOP-1")["accesspass"]
    shown = looked_up(desk, "SHOP-1").text
    assert "ShopPass=••••••" in shown
    assert "AccessPass=••••••" in shown
    assert "tpass7xq" not in shown
    assert secret not in shown


def test_a_second_lookup_within_the_hour_needs_a_reason_and_keeps_what_was_typed(
    shared: Served, desk: httpx.Client
) -> None:
    registered_elsewhere(shared, "TWICE-1")
    looked_up(desk, "TWICE-1")
    refused = desk.post("/lookups", data={"OrderID": "TWICE-1"})
    assert refused.status_code == 422
    assert 'data-error-for="Reason"' in refused.text
    assert re.search(r"Wait until \d\d:\d\d:\d\d JST", refused.text)
    assert 'name="OrderID" type="text" value="TWICE-1"' in refused.text
    shown = looked_up(desk, "TWICE-1", Reason="the customer is on the phone")
    assert "the customer is on the phone" in plain(shown)


def test_a_second_lookup_of_a_number_that_is_no_order_needs_a_reason_too(
    desk: httpx.Client,
) -> None:
    looked_up(desk, "NOWHERE-2")
    assert desk.post("/lookups", data={"OrderID": "NOWHERE-2"}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an OrderID."),
        ("A_1", "「_」"),
        ("注文1", "「注」 「文」"),
        ("A" * 28, "at most 27 characters"),
        ("<b>", "「&lt;」"),
    ],
)
def test_a_number_the_gateway_would_refuse_is_refused_beside_the_field(
    desk: httpx.Client, typed: str, said: str
) -> None:
    refused = desk.post("/lookups", data={"OrderID": typed, "Reason": "kept"})
    assert refused.status_code == 422
    assert 'data-error-for="OrderID"' in refused.text
    assert said in refused.text
    assert 'value="kept"' in refused.text


def test_a_number_of_the_gateways_own_may_be_looked_up(desk: httpx.Client) -> None:
    assert "Lookup of ML-ORDER-1" in plain(looked_up(desk, "ML-ORDER-1"))


def test_a_full_width_number_is_asked_and_shown_in_half_width(
    shared: Served, desk: httpx.Client
) -> None:
    registered_elsewhere(shared, "A1001-1")
    assert "Lookup of A1001-1" in plain(looked_up(desk, " Ａ１００１－１ "))
    assert 'value="A1001-1"' in desk.get("/lookups?OrderID=Ａ１００１ー１").text


def test_the_shop_is_asked_for_only_when_several_could_be_meant(served: Served) -> None:
    other = Shop(shop_id="tshop00000002", environment=Environment.SANDBOX, name="Two", password="x")
    with closing(served.client(OPERATOR)) as desk:
        assert 'name="ShopID"' not in desk.get("/lookups").text
        stored(served.app, other)
        an_order(served.app, "OURS-1")
        refused = desk.post("/lookups", data={"OrderID": "ANY-1"})
        assert refused.status_code == 422
        assert 'data-error-for="ShopID"' in refused.text
        assert "tshop00000001" in looked_up(desk, "OURS-1").text
        assert "tshop00000001" in looked_up(desk, "ANY-1", ShopID="tshop00000001").text
        elsewhere = {"OrderID": "ANY-2", "ShopID": "tshop00000009"}
        assert desk.post("/lookups", data=elsewhere).status_code == 422


def test_asked_from_an_order_the_answer_leads_back_to_it(
    shared: Served, desk: httpx.Client
) -> None:
    order = an_order(shared.app, "OURS-2", "UNPROCESSED")
    address = f"/orders/{order.id}/lookups"
    assert desk.post(address).headers["location"] == f"/orders/{order.id}"
    refused = desk.post(address, data={"Reason": " "})
    assert refused.status_code == 422
    assert f'action="{address}"' in refused.text
    assert 'data-error-for="Reason"' in refused.text
    assert desk.post(address, data={"Reason": "again"}).status_code == 303


def test_of_an_order_that_is_not_there_nothing_can_be_asked(desk: httpx.Client) -> None:
    assert desk.post("/orders/nothing/lookups").status_code == 404


def test_while_the_answer_is_awaited_the_page_asks_again(
    shared: Served, desk: httpx.Client
) -> None:
    row = an_exchange(shared.app, "SLOW-1", outcome=WAITING, duration_ms=None, answered_at=None)
    waiting = desk.get(f"/lookups/{row.id}").text
    assert f'hx-get="/lookups/{row.id}" hx-trigger="every 2s" hx-swap="outerHTML"' in waiting
    assert "This page fills itself in" in waiting
    assert "hx-trigger" not in looked_up(desk, "A2").text


def test_only_a_lookup_has_an_answer_page(shared: Served, desk: httpx.Client) -> None:
    row = an_exchange(shared.app, "EXEC-1", Call.EXEC)
    assert desk.get(f"/lookups/{row.id}").status_code == 404
    assert desk.get("/lookups/nothing").status_code == 404


def test_the_latest_lookups_stand_below_the_form(shared: Served, desk: httpx.Client) -> None:
    an_exchange(shared.app, "OTHER-CALL", Call.EXEC)
    looked_up(desk, "NEW-1")
    listed = desk.get("/lookups").text
    assert "NEW-1" in listed
    assert "OTHER-CALL" not in listed


def test_a_viewer_reads_lookups_and_asks_none(shared: Served) -> None:
    with closing(shared.client(VIEWER)) as viewer:
        assert 'name="OrderID"' not in viewer.get("/lookups").text
        assert viewer.post("/lookups", data={"OrderID": "A1"}).status_code == 403


def test_a_program_asks_under_the_rules_of_people(shared: Served) -> None:
    registered_elsewhere(shared, "PROGRAM-1")
    asked = {"ShopID": SHOP["ShopID"], "OrderID": "PROGRAM-1"}
    headers = shown(a_token(shared.app, "lookup"))
    with closing(shared.client(None)) as program:
        first = program.post("/api/v1/lookups", json=asked, headers=headers)
        said = first.json()
        assert (first.status_code, said["said_status"]) == (201, "UNPROCESSED")
        assert said["order"]["OrderID"] == "PROGRAM-1"
        sooner = program.post("/api/v1/lookups", json=asked, headers=headers)
        problem = sooner.json()
        assert (sooner.status_code, problem["type"]) == (409, "urn:netcash-desk:reason-needed")
        assert 3000 < int(sooner.headers["retry-after"]) <= 3600
        assert problem["free_at"].startswith("20")
        asked |= {"Reason": "the customer is on the phone"}
        assert program.post("/api/v1/lookups", json=asked, headers=headers).status_code == 201
    with shared.app.state.desk.database.reading() as session:
        exchanges = session.exec(select(Exchange).where(Exchange.order_id == "PROGRAM-1")).all()
    assert [one.reason for one in exchanges] == [None, "the customer is on the phone"]
