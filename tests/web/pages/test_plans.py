"""No page reads a table that grows from one end to the other, whatever it shows of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from starlette.applications import Starlette

from app.protocol.checkstring import Verdict
from app.records.database import Database
from tests.bench.scale import PAGES
from tests.web.pages.rows import a_callback, an_exchange, an_order

pytestmark = pytest.mark.anyio

GROWING = (
    *("orders", "callbacks", "exchanges", "changes", "payment_links", "notifications"),
    *("audit_entries", "order_search", "order_hours", "verdict_changes", "book_entries"),
)
SCAN = re.compile(rf"SCAN (?:{'|'.join(GROWING)})\b(?! VIRTUAL)")

OF_FEW = re.compile("INDEX (?:ix_callbacks_set_aside|ix_orders_watched)")
"""Indexes that hold a few rows alone, however many there are."""

FIRST_ROWS = re.compile(r"(?s)(?!.*(?:WHERE|count\(|sum\()).*LIMIT")
"""A question that ends after so many rows, for it leaves none out."""

CHOICES = (
    *("/orders?amount-from=900&sort=-amount", "/orders?sort=-paid", "/orders?sort=order"),
    *("/callbacks?verdict=not-judged", "/callbacks?copy_of=0", "/exchanges?call=EntryTran"),
    *("/orders?q=A1&sort=-amount", "/metrics"),
)


async def scans_of(client: httpx.AsyncClient, database: Database, path: str) -> Sequence[str]:
    """What the plans of a page's questions say of tables that they read whole."""
    asked: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        if not call[5]:
            asked.append((call[2], call[3]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        answer = await client.get(path, follow_redirects=True)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert answer.status_code in (200, 204), path
    with database.reading() as session:
        run = session.connection().exec_driver_sql
        return [
            f"{path}: {line[-1]} in {statement}"
            for statement, values in dict(asked).items()
            if statement.lstrip().startswith(("SELECT", "WITH"))
            for line in run(f"EXPLAIN QUERY PLAN {statement}", values)
            if SCAN.match(line[-1])
            and not OF_FEW.search(line[-1])
            and not FIRST_ROWS.match(statement)
        ]


async def test_no_page_reads_a_growing_table_whole(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    database = desk_app.state.desk.database
    order = an_order(desk_app, "A1100", "PAYSUCCESS")
    an_exchange(desk_app, "A1100")
    callback = a_callback(
        desk_app, "A1100", Verdict.MISMATCH, order_key=order.id, tags="conflict late"
    )
    pages = [*PAGES.values(), *CHOICES, f"/orders/{order.id}", f"/callbacks/{callback.id}"]
    # It adds up all that there is of what has limits.
    pages.remove("/settings/retention")
    assert [scan for path in pages for scan in await scans_of(client, database, path)] == []
