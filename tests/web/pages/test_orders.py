"""The list of orders: its search, its filters, its pages, and what it says when it is empty."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.records.keys import key_at
from app.records.orders import Conflict, Source
from app.records.paging import PAGE_SIZE
from app.records.shops import Environment, Shop
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.queries import counted_queries
from tests.web.pages.rows import an_order, stored

pytestmark = pytest.mark.anyio

ACCESS_ID = "0123456789abcdef0123456789abcdef"


async def listed(client: httpx.AsyncClient, query: str = "") -> list[str]:
    """The OrderIDs of the list, as they stand."""
    shown = (await client.get(f"/orders?{query}")).text
    return re.findall(r'<a data-row href="/orders/\w+"><code[^>]*>(.*?)</code>', shown)


def another_shop(app: Starlette, environment: Environment, shop_id: str = "tshop00000009") -> Shop:
    return stored(
        app, Shop(shop_id=shop_id, environment=environment, name="Other", password="secret12")
    )


async def test_an_empty_list_teaches_the_next_step(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/orders")).text
    assert "No orders here yet" in shown
    assert 'href="/orders/new"' in shown


async def test_each_row_says_status_source_and_total_with_their_hooks(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1", "PAYSUCCESS", tax=80, source=Source.CALLBACK)
    shown = (await client.get("/orders")).text
    assert f'href="/orders/{order.id}"' in shown
    assert 'data-status="PAYSUCCESS" data-source="callback"' in shown
    assert 'data-money="reported"' in shown
    assert "¥1,080" in shown


async def test_a_conflict_is_marked_and_is_never_confirmed(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    an_order(desk_app, "A1", "PAYSUCCESS", confirmed_at=now(), conflict=Conflict.AMOUNT)
    shown = (await client.get("/orders")).text
    assert 'data-tag="conflict"' in shown
    assert 'data-money="reported"' in shown


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "B1001-x",
            "Ｂ１００１－Ｘ",
            " B1001-x ",
            "「B1001-x」",
            "\u200bB1001-x\ufeff",
            '"B1001-x"',
        ),
        *("b1001-X", ACCESS_ID, ACCESS_ID.upper()),
    ],
)
async def test_an_exact_number_leads_to_its_order(
    client: httpx.AsyncClient, desk_app: Starlette, typed: str
) -> None:
    an_order(desk_app, "B1001")
    an_order(desk_app, "B1001-x1")
    wanted = an_order(desk_app, "B1001-x", access_id=ACCESS_ID)
    answer = await client.get("/orders", params={"q": typed})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/orders/{wanted.id}"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["B7", "A1001-2", "A1001-1"]),
        ("q=A1001", ["A1001-2", "A1001-1"]),
        ("q=a1001", ["A1001-2", "A1001-1"]),
        ("q=001-2", ["A1001-2"]),
        ("q=%25", []),
        ("status=PAYFAIL", ["B7"]),
        ("status=not-paid", ["B7"]),
        ("status=waiting", ["A1001-1"]),
        ("status=attention", ["A1001-2"]),
        ("status=nonsense", ["B7", "A1001-2", "A1001-1"]),
        ("q=A1001&status=waiting", ["A1001-1"]),
        ("env=test", []),
    ],
)
async def test_the_list_shows_what_is_asked_for_newest_first(
    client: httpx.AsyncClient, desk_app: Starlette, query: str, found: list[str]
) -> None:
    an_order(desk_app, "A1001-1")
    an_order(desk_app, "A1001-2", "unknown")
    an_order(desk_app, "B7", "PAYFAIL")
    assert await listed(client, query) == found


async def test_days_are_those_of_japan_and_both_ends_are_included(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    midnight = now().replace(hour=15, minute=0, second=0, microsecond=0) - timedelta(days=3)
    for name, shift in [("before", -1), ("first", 0), ("last", 86399), ("after", 86400)]:
        made = midnight + timedelta(seconds=shift)
        an_order(desk_app, name, id=key_at(made), created_at=made)
    day = (midnight + timedelta(hours=9)).date()
    assert await listed(client, f"from={day}&to={day}") == ["last", "first"]


async def test_pages_follow_each_other_in_both_directions_and_keep_the_filter(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for number in range(PAGE_SIZE + 10):
        an_order(desk_app, f"A{number:03}")
    first = (await client.get("/orders?q=A&status=waiting")).text
    assert len(await listed(client, "q=A&status=waiting")) == PAGE_SIZE
    assert 'rel="prev"' not in first
    older = re.findall(r'href="([^"]+)" rel="next"', first)[0].replace("&amp;", "&")
    assert older.startswith("/orders?q=A&status=waiting&before=")
    second = (await client.get(older)).text
    assert 'rel="next"' not in second
    assert "A009" in second
    newer = re.findall(r'href="([^"]+)" rel="prev"', second)[0].replace("&amp;", "&")
    assert "A059" in (await client.get(newer)).text


async def test_a_number_that_exists_elsewhere_only_is_pointed_at(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    shop = another_shop(desk_app, Environment.TEST)
    order = an_order(desk_app, "T1", shop_key=shop.id, environment=Environment.TEST)
    shown = (await client.get("/orders?q=T1")).text
    assert f'href="/orders/{order.id}"' in shown
    assert "No order was found for “T1”" in shown
    assert 'href="/lookups?OrderID=T1"' in shown
    part = (await client.get("/orders?q=t")).text
    assert "Found in other environments too:" in part
    assert 'href="/orders?q=t&amp;env=test"' in part


async def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    async def queries() -> int:
        with counted_queries(desk_app) as seen:
            await client.get("/orders")
        return len(seen)

    an_order(desk_app, "A1")
    with_one = await queries()
    assert with_one > 0
    for number in range(40):
        an_order(desk_app, f"B{number}")
    assert await queries() == with_one


async def test_a_viewer_reads_the_list_and_may_not_create(desk_app: Starlette) -> None:
    async with browser_for(desk_app, VIEWER) as viewer:
        assert "/orders/new" not in (await viewer.get("/orders")).text
        assert (await viewer.get("/orders/new")).status_code == 403
