"""Exchanges: every request with its answer, explained, and no secret in any form of it."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.gateway import Outcome
from app.protocol.messages import Call
from app.protocol.wire import JST
from app.protocol.words import LANGUAGES, translation
from app.records.exchanges import WAITING
from app.records.shops import Environment
from app.web.pages.evidence import side
from app.web.pages.exchanges import CALLS, OUTCOMES
from app.web.presentation.outcomes import HAPPENED, meaning
from tests.web.pages.rows import an_exchange, an_order

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ANSWER = "AccessID=a1&AccessPass=0123456789abcdef&ClientField1=〜−①ほげ".encode("cp932", "replace")


async def listed(client: httpx.AsyncClient, query: str = "") -> list[str]:
    """The OrderIDs on the list, as they stand."""
    return re.findall(r"<code>(.*?)</code></a>", (await client.get(f"/exchanges?{query}")).text)


async def test_an_empty_list_teaches_the_next_step(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/exchanges")).text
    assert "Nothing has been sent yet" in shown
    assert 'href="/orders/new"' in shown


async def test_the_list_is_newest_first_and_each_exchange_is_named_once(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_exchange(desk_app, "A1", Call.ENTRY)
    an_exchange(desk_app, "A2", Call.EXEC, outcome=Outcome.NO_ANSWER)
    assert await listed(client) == ["A2", "A1"]
    shown = (await client.get("/exchanges")).text
    assert re.findall(r'data-call="(\w+)"', shown) == ["ExecTranNetcash", "EntryTranNetcash"]
    assert re.findall(r'data-outcome="([\w-]+)"', shown) == ["no-answer", "answered"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=A1001", ["A1001-2", "A1001"]),
        ("q=A1001-2", ["A1001-2"]),
        ("q=%EF%BC%A11001", ["A1001-2", "A1001"]),  # typed in full width
        ("q=a1001", []),
        ("q=%25", []),
        ("call=ExecTranNetcash", ["B7"]),
        ("outcome=cut-off", ["B7"]),
        ("call=ExecTranNetcash&outcome=answered", []),
        ("call=nonsense&outcome=nonsense", ["B7", "A1001-2", "A1001"]),
    ],
)
async def test_the_list_is_filtered_by_the_address(
    client: httpx.AsyncClient, desk_app: Starlette, query: str, found: list[str]
) -> None:
    an_exchange(desk_app, "A1001")
    an_exchange(desk_app, "A1001-2")
    an_exchange(desk_app, "B7", Call.EXEC, outcome=Outcome.CUT_OFF)
    assert await listed(client, query) == found


async def test_one_environment_is_shown_at_a_time(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_exchange(desk_app, "HERE")
    an_exchange(desk_app, "THERE", environment=Environment.TEST)
    assert await listed(client, "env=sandbox") == ["HERE"]
    assert await listed(client, "env=test") == ["THERE"]


async def test_pages_follow_one_another_without_loss_and_keep_the_filter(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    numbers = [f"A{number:03}" for number in range(120)]
    for number in numbers:
        an_exchange(desk_app, number)
    seen, address = [], "/exchanges?q=A"
    while address:
        shown = (await client.get(address)).text
        seen += re.findall(r"<code>(A\d+)</code></a>", shown)
        older = re.search(r'href="([^"]+)" rel="next"', shown)
        address = older[1].replace("&amp;", "&") if older else ""
        assert not address or "q=A" in address
    assert seen == numbers[::-1]


async def test_an_error_code_is_explained_in_words_on_the_list_and_on_its_page(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    row = an_exchange(desk_app, "A1", outcome=Outcome.PROTOCOL_ERROR, errors="M01004002|X9")
    for address in ("/exchanges", f"/exchanges/{row.id}"):
        shown = (await client.get(address)).text
        assert "M01004002" in shown
        assert "This error code is not in our list." in shown
    assert "Ask the gateway for the state of the trade" in shown


async def test_one_exchange_shows_its_proof_without_any_secret(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1")
    row = an_exchange(desk_app, "A1", answer=ANSWER, order_key=order.id)
    shown = (await client.get(f"/exchanges/{row.id}")).text
    assert "ShopPass=••••••" in shown
    assert "AccessPass=••••••" in shown
    assert "curl &#39;http://127.0.0.1:1/sandbox/payment/SearchTradeMulti.idPass" in shown
    assert f'href="/orders/{order.id}"' in shown
    for secret in ("tpass7xq", "0123456789abcdef"):
        assert secret not in shown
        assert secret.encode().hex(" ") not in shown


async def test_while_it_waits_the_page_asks_again_and_with_the_answer_it_stops(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    row = an_exchange(desk_app, "A1", outcome=WAITING, duration_ms=None, answered_at=None)
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    waiting = (await client.get(f"/exchanges/{row.id}", headers=part)).text
    assert f'hx-get="/exchanges/{row.id}" hx-trigger="every 2s"' in waiting
    assert "<html" not in waiting
    with desk_app.state.desk.database.writing() as session:
        session.merge(row).outcome = Outcome.ANSWERED
    assert "hx-trigger" not in (await client.get(f"/exchanges/{row.id}", headers=part)).text


async def test_an_exchange_that_is_not_there_is_a_404(client: httpx.AsyncClient) -> None:
    assert (await client.get("/exchanges/nothing")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_of_every_call_has_its_words(language: str) -> None:
    catalogue = translation(language)
    for outcome in OUTCOMES:
        assert catalogue.gettext(HAPPENED[outcome])
        for call in CALLS:
            assert catalogue.gettext(meaning(outcome, call))


def test_silence_after_a_call_that_changes_the_trade_leaves_everything_open() -> None:
    for outcome in (Outcome.NO_ANSWER, Outcome.CUT_OFF, Outcome.HTTP_ERROR, Outcome.NOT_UNDERSTOOD):
        assert "Nobody knows" in meaning(outcome, Call.ENTRY)
        assert "Nobody knows" in meaning(outcome, Call.EXEC)
        assert "as it was before" in meaning(outcome, Call.SEARCH)
    assert "as it was before" in meaning(Outcome.NOT_SENT, Call.EXEC)


def test_the_hex_of_a_body_without_a_secret_is_that_of_its_bytes() -> None:
    assert side(b"a=\x83\x7c\xff", "a=ポ?").hex == [("0000", f"{'61 3d 83 7c ff':<47}", "a=·|·")]


def test_the_hex_of_a_masked_body_masks_as_many_characters_as_its_text() -> None:
    shown = side("T=sikrit&ポ".encode("cp932"), "T=••••••&ポ")
    assert shown.hex == [("0000", f"{'54 3d •• •• •• •• •• •• 26 83 7c':<47}", "T=••••••&·|")]
    assert shown.size == 11


async def test_days_of_asking_are_those_of_japan_and_a_filter_not_understood_is_named(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_exchange(desk_app, "A1")
    today = now().astimezone(JST).date()
    assert "A1" in (await client.get(f"/exchanges?from={today}&to={today}")).text
    assert "No exchange matches" in (await client.get(f"/exchanges?to={today - DAY}")).text
    page = (await client.get("/exchanges?from=nonsense&call=nonsense")).text
    assert 'data-error-for="from"' in page
    assert 'data-error-for="call"' in page


async def test_an_exchange_shows_each_parameter_with_its_meaning(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    answer = b"Status=PAYSUCCESS&Amount=2300&AccessPass=9f8e7d6c&ProcessDate=20261124143022"
    exchange = an_exchange(desk_app, "A1001", answer=answer)
    page = (await client.get(f"/exchanges/{exchange.id}")).text
    assert re.findall(r'data-parameter="(\w+)"', page) == [
        *("ShopID", "ShopPass", "OrderID", "PayType"),
        *("Status", "Amount", "AccessPass", "ProcessDate"),
    ]
    for said in ("Paid", "¥2,300", "24 Nov 2026 14:30:22 JST"):
        assert f': <span class="ink">{said}</span>' in page
    assert "9f8e7d6c" not in page
    assert "tpass7xq" not in page
