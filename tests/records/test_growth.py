"""What a list asks costs the same however many rows there are that it does not show."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from app.clock import now
from app.protocol.messages import Call
from app.records.accounts import AuditEntry
from app.records.audit_lists import actions_recorded
from app.records.callback_lists import CallbackFilter, callbacks_page, number_of_callbacks
from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from app.records.derived_columns import NOT_FILED
from app.records.exchanges import Exchange, ExchangeFilter, exchanges_page
from app.records.keys import new_key
from app.records.order_lists import OrderFilter
from app.records.order_search import file_waiting
from app.records.order_sums import order_sums
from app.records.orders import Order
from app.records.paging import Place
from app.records.refunds import approved_between
from app.records.search_fold import VERSION
from app.records.shops import Environment, Shop
from app.records.statistics import Unit, counts_paid, tallies
from tests.desk.callbacks.cast import a_shop
from tests.steps import steps

MORE, WAITING = 2_000, 20
"""How many rows there are more, and how many of the orders wait to be filed and counted."""

SANDBOX = Environment.SANDBOX
DAY = timedelta(days=1)

QUESTIONS: dict[str, Callable[[Session], object]] = {
    "exchanges by outcome": lambda s: exchanges_page(
        s, ExchangeFilter(SANDBOX, outcome="no-answer"), Place()
    ),
    "callbacks by verdict": lambda s: callbacks_page(
        s, CallbackFilter(SANDBOX, verdict="mismatch"), Place()
    ),
    "callbacks of a number": lambda s: number_of_callbacks(
        s, CallbackFilter(SANDBOX, text="B1"), 10_000
    ),
    "deeds": actions_recorded,
    "filing an order": lambda s: file_waiting(s, 1),
    "refunds": lambda s: approved_between(s, SANDBOX, now() - DAY, now()),
    "what needs somebody": lambda s: order_sums(s, OrderFilter(SANDBOX, attention=now())),
    "payments of yesterday": lambda s: counts_paid(s, SANDBOX, Unit.DAY, now() - 2 * DAY, now()),
    "callbacks that are verified": lambda s: callbacks_page(
        s, CallbackFilter(Environment.TEST, verdict="verified"), Place()
    ),
    "orders made since yesterday": lambda s: tallies(s, SANDBOX, now() - DAY),
}


@pytest.fixture(scope="module")
def costs(blank: Database) -> dict[str, tuple[int, int]]:
    """What each question costs before and after there are many more rows."""
    with blank.writing() as session:
        session.add(shop := a_shop())
        session.flush()
        _add(session, shop, 1)
        before = {name: steps(session, ask) for name, ask in QUESTIONS.items()}
        _add(session, shop, MORE)
        return {name: (before[name], steps(session, ask)) for name, ask in QUESTIONS.items()}


@pytest.fixture(scope="module")
def blank(blank_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("growth") / "desk.db"
    shutil.copy(blank_database, path)
    database = Database(sqlite_url(path))
    yield database
    database.close()


def _add(session: Session, shop: Shop, number: int) -> None:
    at, every = now(), [new_key() for _ in range(number)]
    common = {"shop_key": shop.id, "environment": SANDBOX}
    rows: dict[type[Any], list[dict[str, Any]]] = {
        Order: [
            common
            | {"id": key, "order_id": key[:20] + key[-7:], "created_at": at, "amount": 1}
            | {"filed": NOT_FILED if place < WAITING else VERSION}
            for place, key in enumerate(every)
        ],
        Exchange: [
            common
            | {"id": key, "order_id": "A1", "call": Call.SEARCH, "outcome": "answered"}
            | {"url": "", "request": b"", "asked_at": at, "owner": ""}
            for key in every
        ],
        Callback: [
            {"id": key, "body": b"", "received_at": at, "judged_at": at, "verdict": "verified"}
            | {"environment": SANDBOX, "order_id": "A1", "digest": key}
            for key in every
        ],
        AuditEntry: [{"id": key, "at": at, "action": "launch"} for key in every],
    }
    for table, values in rows.items():
        session.connection().execute(insert(table), values)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_costs_the_same_with_two_thousand_rows_more(
    costs: dict[str, tuple[int, int]], name: str
) -> None:
    before, after = costs[name]
    assert after < before + MORE, (before, after)
