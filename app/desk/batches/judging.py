"""Judging: each line of a list is looked at before anything is sent, and kept."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.batches.verdicts import Verdict, Why
from app.desk.books.cells import KEPT, Problem
from app.desk.books.columns import Columns
from app.desk.books.reading import BookLine, Reading, read_book
from app.desk.status.call_results import MAY_HAVE_ASKED, classify
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.records.batch_items import forget_some_items, lookups_since
from app.records.batches import Batch, BatchItem, BatchState, ItemState, columns_chosen_before
from app.records.database import Database
from app.records.keys import new_key
from app.records.orders import Order
from app.records.shops import Environment, OurShops

CHUNK = 500
"""Lines that are judged and kept in one short transaction."""

ZEROS = 8
"""So many zeros before a number are looked for that a spreadsheet may have dropped."""

_LEFT = {Problem.NO_SHOP: Why.NO_SHOP}

Number = tuple[str, str]


@dataclass(frozen=True)
class _Shops:
    """Which shop is asked: the batch's, else the only one, else the one that has the order."""

    chosen: str | None
    every: Sequence[str]

    def for_order(self, having: Sequence[Number]) -> Number | tuple[str | None, None]:
        """The shop, and the order's key where it has one. `having`: both, of each that has it."""
        mine = [one for one in having if self.chosen in (None, one[0])]
        if len(mine) == 1:
            return mine[0]
        alone = self.chosen or (self.every[0] if len(self.every) == 1 else None)
        return (None if mine else alone), None


def judge(
    database: Database, ours: OurShops, key: str, go_on: Callable[[], bool] = lambda: True
) -> None:
    """Read a batch's list and judge each line, while `go_on`. Nothing is sent."""
    while forget_some_items(database, key):
        pass
    with database.reading() as session:
        batch = session.get_one(Batch, key)
        data = zlib.decompress(batch.source or zlib.compress(b""))
        shops = _Shops(
            batch.shop_key,
            [one.id for one in ours.all(session) if one.environment is batch.environment],
        )
        reading = _read(session, batch, data)
        asked = {} if batch.reason else _asked_lately(session, batch.environment)
    environment = batch.environment
    while lines := list(islice(reading.lines, CHUNK)):
        if not go_on():
            return
        with database.reading() as session:
            rows = list(_rows(session, environment, key, lines, shops, asked))
        with database.writing() as session:
            session.connection().execute(insert(BatchItem), rows)
            session.get_one(Batch, key).at = now()
    _end(database, key, reading)


def _read(session: Session, batch: Batch, data: bytes) -> Reading:
    if batch.columns_chosen:
        return read_book(data, Columns.from_json(batch.columns))
    reading = read_book(data)
    remembered = columns_chosen_before(session, reading.header_key)
    if remembered is None or not reading.columns.header:
        return reading
    return read_book(data, Columns.from_json(remembered))


def _end(database: Database, key: str, reading: Reading) -> None:
    with database.writing() as session:
        batch = session.get_one(Batch, key, with_for_update=True)
        if batch.state is not BatchState.CHECKING:
            return
        batch.written = "|".join(reading.ways)[:40]
        batch.delimiter = reading.delimiter
        batch.first_line = json.dumps(reading.first[:20], ensure_ascii=False)
        batch.header_key = reading.header_key if reading.columns.header else ""
        batch.columns = reading.columns.to_json()
        batch.judged_at = batch.at = now()


def _asked_lately(session: Session, environment: Environment) -> Mapping[Number, datetime]:
    """From when an order may be asked about without a reason, of those asked about lately."""
    lately = lookups_since(session, environment, now() - LOOKUP_INTERVAL)
    return {
        (one.shop_key, one.order_id): one.asked_at + LOOKUP_INTERVAL
        for one in lately
        if classify(one) in MAY_HAVE_ASKED
    }


def _rows(
    session: Session,
    environment: Environment,
    key: str,
    lines: Sequence[BookLine],
    shops: _Shops,
    asked: Mapping[Number, datetime],
) -> Iterator[dict[str, Any]]:
    wanted = [line.order_id for line in lines if line.problem is None]
    having = _orders(session, environment, wanted)
    whole = _with_zeros(session, environment, [one for one in wanted if one not in having])
    for line in lines:
        shop, order = shops.for_order(having.get(line.order_id, ()))
        problem, detail = line.problem, line.detail
        if problem is None and line.order_id in whole:
            problem, detail = Problem.LOST_ZEROS, whole[line.order_id]
        elif problem is None and shop is None:
            problem = Problem.NO_SHOP
        free_at = asked.get((shop or "", line.order_id)) if problem is None else None
        yield _row(key, line, problem, detail) | {
            "shop_key": shop,
            "order_key": order,
            "known": order is not None,
            "free_at": free_at,
        }


def _row(key: str, line: BookLine, problem: Problem | None, detail: str) -> dict[str, Any]:
    never = Why.NEVER_ASKED if problem is None else _LEFT.get(problem, Why.UNREADABLE)
    return {
        "id": new_key(),
        "batch_key": key,
        "line": line.line,
        "order_id": line.order_id,
        "problem": problem,
        "detail": detail[:KEPT],
        "yen": line.yen,
        "paid": line.paid,
        "status": line.status,
        "said": line.said,
        "unread": line.unread,
        "state": ItemState.WAITING if problem is None else ItemState.LEFT_OUT,
        "verdict": Verdict.NOT_ASKED,
        "why": never,
    }


def _orders(
    session: Session, environment: Environment, numbers: Sequence[str]
) -> Mapping[str, Sequence[Number]]:
    """The shop's key and the order's, of each order that has one of these numbers."""
    query = select(Order.order_id, Order.shop_key, Order.id).where(
        Order.environment == environment, col(Order.order_id).in_(numbers)
    )
    found: dict[str, list[Number]] = {}
    for number, shop, order in session.exec(query) if numbers else ():
        found.setdefault(number, []).append((shop, order))
    return found


def _with_zeros(
    session: Session, environment: Environment, unknown: Sequence[str]
) -> Mapping[str, str]:
    """By a number of digits that nothing here has: one that has zeros before it."""
    digits = [one for one in unknown if one.isdigit() and len(one) > 2]
    padded = {
        one.zfill(length): one
        for one in digits
        for length in range(len(one) + 1, min(len(one) + ZEROS, 27) + 1)
    }
    return {padded[number]: number for number in _orders(session, environment, list(padded))}
