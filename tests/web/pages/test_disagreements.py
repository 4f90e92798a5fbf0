"""The page of all disagreements that stand."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.records.batches import Batch, BatchItem
from app.records.shops import Environment
from tests.queries import counted_queries
from tests.reading import Shown
from tests.web.pages.rows import an_order, sandbox_shop, stored

pytestmark = pytest.mark.anyio

ADDRESS = "/lookups/disagreements"
WHY = {
    "amount-differs": "book-amount",
    "book-paid-not-here": "unpaid-at-gateway",
    "not-registered": "unknown-number",
}


def a_disagreement(
    app: Starlette, number: str, verdict: str, days: int, *, known: bool = True
) -> None:
    """An order that a list of its own says is paid, days ago; the desk holds it where `known`."""
    batch = stored(app, Batch(environment=Environment.SANDBOX, sha256="0" * 64))
    since = now() - timedelta(days=days)
    item = BatchItem(
        batch_key=batch.id,
        line=1,
        order_id=number,
        shop_key=sandbox_shop(app).id,
        order_key=an_order(app, number).id if known else None,
        verdict=verdict,
        why=WHY[verdict],
        began_at=since,
        stands_since=since,
    )
    stored(app, item)


def numbers(text: str) -> list[str]:
    return re.findall(r'data-row-order="([^"]+)"', text)


async def test_what_lists_have_found_is_shown_by_age_and_by_verdict(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    a_disagreement(desk_app, "D1", "amount-differs", 0)
    a_disagreement(desk_app, "D2", "book-paid-not-here", 9)
    shown = (await client.get(ADDRESS)).text
    assert numbers(shown) == ["D2", "D1"]
    assert re.search(r'data-row href="/orders/[^"]+"><code>D2<', shown)
    assert "/cases/new?row=" in shown
    for query, found in (
        ("age=over-7-days", ["D2"]),
        ("verdict=amount-differs", ["D1"]),
        ("verdict=amount-differs&age=over-7-days", []),
        ("verdict=nonsense&age=old&page=x", ["D2", "D1"]),
    ):
        assert numbers((await client.get(f"{ADDRESS}?{query}")).text) == found
    for page in ("/lookups", "/lookups/batches"):
        assert 'data-disagreements="2"' in (await client.get(page)).text


async def test_what_is_an_order_nowhere_is_investigated_until_its_case_is_closed(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    a_disagreement(desk_app, "NOWHERE-1", "not-registered", 1, known=False)
    link = re.search(r'href="(/cases/new\?row=[^"]+)"', (await client.get(ADDRESS)).text)
    assert link
    form = Shown(await client.get(link[1])).form("/cases?env=sandbox")
    assert form.fields["OrderID"] == "NOWHERE-1"
    typo = await client.post("/cases", data=form.fields | {"OrderID": "NOWHERE-2"})
    assert 'data-error-for="OrderID"' in typo.text
    assert Shown(typo).form("/cases?env=sandbox").fields["row"] == form.fields["row"]
    case = (await client.post("/cases", data=form.fields)).headers["location"]
    shown = (await client.get(case)).text
    assert "NOWHERE-1" in shown
    assert not re.search(r"\{[A-Z]", shown), "in what the customer is told nothing is left open"
    assert "NOWHERE-1" in (await client.get("/cases")).text
    assert case in (await client.get(ADDRESS)).text
    assert "NOWHERE-1" in (await client.get(f"{case}/evidence")).text
    lines = (await client.get(f"{case}/bundle.json")).json()["parts"]["lines"]
    assert [(one["OrderID"], one["verdict"]) for one in lines] == [("NOWHERE-1", "not-registered")]
    await client.post(f"{case}/decisions", data={"Text": "A slip of the shop's: taken out."})
    assert (await client.post(f"{case}/closings")).status_code == 303
    assert numbers((await client.get(ADDRESS)).text) == []


async def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    asked: list[int] = []
    for numbers_ in (["E0"], [f"F{at}" for at in range(10)]):
        for one in numbers_:
            a_disagreement(desk_app, one, "amount-differs", 1)
        with counted_queries(desk_app) as seen:
            await client.get(ADDRESS)
        asked.append(len(seen))
    assert asked[0] == asked[1]
