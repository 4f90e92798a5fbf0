"""Every reference that a deletion has to check is found by an index, in either database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Column, text
from sqlmodel import Session

from app.clock import now
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.changes import Change, Effect
from app.records.database import Database
from app.records.exchanges import Exchange
from app.records.keys import new_key
from app.records.shops import Environment
from app.records.tables import metadata
from tests.desk.callbacks.cast import a_shop, an_order
from tests.steps import steps

KEPT_FOR_GOOD = {"users", "shops"}
"""Tables of which no row is ever deleted: a reference to one is never checked."""


def references() -> Iterator[Column[str]]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            targets = {key.column.table.name for key in column.foreign_keys}
            if targets and not targets & KEPT_FOR_GOOD:
                yield column


@pytest.mark.parametrize("column", list(references()), ids=str)
def test_what_refers_to_a_row_is_found_by_an_index(
    any_database: Database, column: Column[str]
) -> None:
    asked = f"SELECT 1 FROM {column.table.name} WHERE {column.name} = 'key'"
    with any_database.reading() as session:
        if any_database.is_sqlite:
            plan = session.connection().execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
            assert "USING" in plan[0][-1]
            assert "SCAN" not in plan[0][-1]
        else:
            session.connection().execute(text("SET enable_seqscan = off"))
            plan = session.connection().execute(text(f"EXPLAIN {asked}")).all()
            assert "Index" in plan[0][0] + plan[-1][0]
            assert "Seq Scan" not in str(plan)


def test_no_row_of_a_table_kept_for_good_is_deleted_anywhere() -> None:
    app = Path(__file__).parents[2] / "app"
    sources = [path.read_text("utf-8") for path in app.rglob("*.py") if "versions" not in str(path)]
    assert not any(f"delete({kept})" in source for kept in ("User", "Shop") for source in sources)


def test_dropping_a_callback_costs_the_same_however_many_changes_there_are(
    database: Database,
) -> None:
    with database.writing() as session:
        shop = a_shop()
        order = an_order(shop, "A1", Status.PAYSUCCESS)
        session.add(shop)
        session.flush()
        session.add(order)
        session.flush()
        exchange = Exchange(
            shop_key=shop.id,
            order_key=order.id,
            environment=Environment.TEST,
            call=Call.SEARCH,
            order_id="A1",
            url="",
            request=b"",
            owner="",
        )
        session.add(exchange)
        callbacks = [Callback(body=b"", judged_at=now(), verdict="mismatch") for _ in range(2)]
        session.add_all(callbacks)
        session.flush()
        keys = [callback.id for callback in callbacks]
        before = steps(session, partial(drop_one, key=keys[0]))
        changes = [
            {
                "id": new_key(),
                "order_key": order.id,
                "recorded_at": now(),
                "effect": Effect.CONFIRMED,
                "from_status": "",
                "to_status": "",
                "exchange_key": exchange.id,
            }
            for _ in range(2000)
        ]
        session.connection().execute(Change.__table__.insert(), changes)  # type: ignore[attr-defined]
        after = steps(session, partial(drop_one, key=keys[1]))
    assert after < 2 * before


def drop_one(session: Session, *, key: str) -> None:
    session.connection().execute(text("DELETE FROM callbacks WHERE id = :key"), {"key": key})
