"""The overview: six figures, what needs a person, the latest callbacks, the gateway's health."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.desk.orders.overview import midnight, percentile
from app.gateway import Outcome
from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.records.keys import key_at
from app.records.orders import Conflict
from app.records.shops import Environment
from tests.queries import counted_queries
from tests.web.pages.rows import a_callback, an_exchange, an_order

pytestmark = pytest.mark.anyio

FIGURE = re.compile(r'<a class="figure[^"]*" href="([^"]+)">.*?figure-number">(\d+)<', re.DOTALL)


async def figures(client: httpx.AsyncClient) -> dict[str, tuple[str, int]]:
    """Each figure's link and number, by its place among the six."""
    names = ("created", "paid", "not-paid", "waiting", "paid-today", "attention")
    found = FIGURE.findall((await client.get("/")).text)
    pairs = [(link.replace("&amp;", "&"), int(number)) for link, number in found]
    return dict(zip(names, pairs, strict=True))


async def test_an_empty_desk_teaches_the_first_step(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/")).text
    assert "Create the first transaction" in shown
    assert 'href="/orders/new"' in shown
    assert 'class="figure' not in shown


async def test_each_figure_counts_its_own_kind(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for number, status in enumerate(("UNPROCESSED", "PAYSTART", "PAYFAIL", "EXPIRED", "unknown")):
        an_order(desk_app, f"A{number}", status)
    an_order(desk_app, "A-CONFIRMED", "PAYSUCCESS", confirmed_at=now(), tax=50)
    counted = await figures(client)
    assert {name: number for name, (_, number) in counted.items()} == {
        "created": 6,
        "paid": 1,
        "not-paid": 2,
        "waiting": 2,
        "paid-today": 1,
        "attention": 1,
    }


async def test_only_confirmed_money_is_in_the_total(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1", "PAYSUCCESS", confirmed_at=now(), tax=50)
    an_order(desk_app, "A2", "PAYSUCCESS")
    an_order(desk_app, "A3", "PAYSUCCESS", confirmed_at=now(), conflict=Conflict.AMOUNT)
    shown = (await client.get("/")).text
    assert "¥1,050 · 2 reported, not in the total" in shown


async def test_a_figure_links_to_the_list_of_exactly_what_it_counts(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    yesterday = midnight(now()) - timedelta(minutes=1)
    an_order(desk_app, "OLD", "PAYFAIL", id=key_at(yesterday), created_at=yesterday)
    for number, status in enumerate(("PAYSTART", "PAYFAIL", "EXPIRED", "unknown", "PAYSUCCESS")):
        an_order(desk_app, f"A{number}", status, confirmed_at=now())
    made = {"id": key_at(yesterday), "created_at": yesterday}
    an_order(desk_app, "PAID-TODAY", "PAYSUCCESS", **made)
    counted = await figures(client)
    assert (counted["paid"][1], counted["paid-today"][1]) == (1, 2)
    for name, (link, number) in counted.items():
        listed = (await client.get(link)).text
        assert listed.count("data-row") == number, name


async def test_another_environment_is_not_counted(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    an_order(desk_app, "A2", environment=Environment.TEST)
    assert (await figures(client))["created"][1] == 1


async def test_the_gateways_health_is_that_of_the_last_day(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1")
    for duration in (100, 200, 900):
        an_exchange(desk_app, "A1", duration_ms=duration)
    an_exchange(desk_app, "A1", outcome=Outcome.PROTOCOL_ERROR, duration_ms=300)
    an_exchange(desk_app, "A1", Call.EXEC, outcome=Outcome.NO_ANSWER, duration_ms=120_000)
    an_exchange(desk_app, "A1", duration_ms=60_000, id=key_at(now() - timedelta(hours=25)))
    shown = re.sub(r"<[^>]+>", " ", (await client.get("/")).text)
    assert re.search(r"Calls\s+5\s", shown)
    assert re.search(r"Without a usable answer\s+1\s", shown)
    assert re.search(r"Refused by the gateway\s+1\s", shown)
    assert re.search(r"median\s+200 ms", shown)
    assert re.search(r"95th percentile\s+900 ms", shown)


async def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    async def queries() -> int:
        with counted_queries(desk_app) as seen:
            await client.get("/")
        return len(seen)

    an_order(desk_app, "A0", "unknown")
    an_order(desk_app, "A1", "unknown", conflict=Conflict.STATUS)
    a_callback(desk_app, "A0", Verdict.MISMATCH)
    few = await queries()
    for number in range(20):
        an_order(desk_app, f"B{number}", "unknown", conflict=Conflict.STATUS)
        an_exchange(desk_app, f"B{number}")
        a_callback(desk_app, f"B{number}", Verdict.MISMATCH)
    assert await queries() == few


@pytest.mark.parametrize(("share", "value"), [(1, 10), (50, 20), (51, 30), (95, 40), (100, 40)])
def test_a_percentile_is_a_value_that_was_measured(share: int, value: int) -> None:
    assert percentile([10, 20, 30, 40], share) == value


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile([], 50) is None


def test_a_day_begins_at_midnight_in_japan() -> None:
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    assert midnight(late) == datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert midnight(late - timedelta(hours=1)) == datetime(2026, 11, 23, 15, tzinfo=UTC)
