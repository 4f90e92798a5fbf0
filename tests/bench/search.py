"""The search among a million orders beside the least that could answer: one query by an index.

Both run in this process over the same file and take turns. The floor is what somebody would write
by hand who knew that the word is an amount: a page of the newest orders by that column's index,
with the same columns read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from app.demo.words import purchase
from app.desk.orders.search import understand
from app.records.database import Database, sqlite_url
from app.records.derived_columns import NOT_FILED
from app.records.encryption import set_key
from app.records.keys import key_at
from app.records.order_lists import SHOWN, OrderFilter, orders_page
from app.records.order_search import file_waiting
from app.records.orders import ORDERS as COLUMNS
from app.records.orders import Order, Origin, Source
from app.records.paging import PAGE_SIZE, Place
from app.records.schema import upgrade
from app.records.shops import Environment, Shop
from tests.bench.measurement import Measurement, at_most, plain

ORDERS = 1_000_000
BATCH = 5_000

ROUNDS = 40
LIMIT = 3
START = datetime(2025, 11, 1, tzinfo=UTC)
TODAY = date(2026, 11, 30)

SEARCHES = {
    "part of an OrderID": "0001-00",
    "the end of one": "9-0999999",
    "a rare name": "掛川 真由美",
    "a usual name": "高橋",
    "one character": "花",
    "a digit, as nearly all have it": "2",
    "an amount and a day": "12,800円 3/14",
    "a word of the goods and a name": "夜汽車 よし",
}


def measure() -> Iterator[Measurement]:
    """Every search, and the floor, the median of both taking turns."""
    set_key("a key for the bench alone, long enough")
    with TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "desk.db"))
        yield plain("search: filing an order", _fill(database) * 1e6, "us")
        try:
            for name, typed in SEARCHES.items():
                ours, floor = _in_turns(
                    partial(_search, database, typed), partial(_floor, database)
                )
                yield at_most(f"search: {name}", ours * 1000, "ms", LIMIT, floor * 1000)
            yield plain("search: a page by one index, by hand", floor * 1000, "ms")
        finally:
            database.close()


def _search(database: Database, typed: str) -> None:
    with database.reading() as session:
        words = understand(typed, TODAY).sought
        orders_page(session, OrderFilter(Environment.SANDBOX, words=words), Place())


def _floor(database: Database) -> None:
    with database.reading() as session:
        query = select(Order).options(load_only(*SHOWN, raiseload=True))
        query = query.where(Order.environment == Environment.SANDBOX, COLUMNS.yen == 1_980)
        session.exec(query.order_by(col(Order.id).desc()).limit(PAGE_SIZE + 1)).all()


def _in_turns(*actions: Callable[[], None]) -> list[float]:
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for action, durations in zip(actions, seconds, strict=True):
            began = time.perf_counter()
            action()
            durations.append(time.perf_counter() - began)
    return [median(durations) for durations in seconds]


def _fill(database: Database) -> float:
    """A year of orders, all filed; the seconds that filing one took."""
    upgrade(database)
    with database.writing() as session:
        shop = Shop(
            shop_id="tshop00000001", environment=Environment.SANDBOX, name="", password="bench"
        )
        session.add(shop)
    filing, random = 0.0, Random(1)
    for first in range(0, ORDERS, BATCH):
        rows = [_order(shop, random, number) for number in range(first, first + BATCH)]
        with database.writing() as session:
            session.connection().execute(insert(Order), rows)
        began = time.perf_counter()
        with database.writing() as session:
            file_waiting(session, BATCH)
        filing += time.perf_counter() - began
    return filing / ORDERS


def _order(shop: Shop, random: Random, number: int) -> dict[str, Any]:
    at = START + timedelta(days=365) * number / ORDERS
    goods, name, amount, tax = purchase(random)
    return {
        "id": key_at(at),
        "shop_key": shop.id,
        "environment": shop.environment,
        "order_id": f"{at:%Y%m%d}-{number:07}",
        "origin": Origin.CREATED,
        "amount": amount,
        "tax": tax or None,
        "client_field1": goods,
        "client_field2": name,
        "status": random.choice(("PAYSUCCESS", "PAYSUCCESS", "EXPIRED")),
        "source": Source.CALLBACK,
        "status_at": at,
        "created_at": at,
        "filed": NOT_FILED,
    }
