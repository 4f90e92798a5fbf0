"""Judging: each line of a list is looked at before anything is sent, and kept."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.batches.screen import (
    UNREAD_NAMED,
    Line,
    Paid,
    Screen,
    ScreenRead,
    lines_of_all,
    paid_here,
    screen_read,
)
from app.desk.batches.verdicts import Verdict, Why
from app.desk.books.cells import KEPT, Problem
from app.desk.books.columns import Columns
from app.desk.books.reading import Reading, read_book
from app.desk.status.call_results import MAY_HAVE_ASKED, classify
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.records.batch_items import forget_some_items, lookups_since
from app.records.batches import Batch, BatchItem, BatchState, ItemState
from app.records.book_headers import header_known, remember_header
from app.records.database import Database
from app.records.keys import new_key
from app.records.orders import Order
from app.records.shops import Environment, OurShops

CHUNK = 500
"""Lines that are judged and kept in one short transaction."""

COLUMNS_SHOWN = 20
"""Cells of a first line that are kept, to be chosen from."""

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
        shops = _Shops(
            batch.shop_key,
            [one.id for one in ours.all(session) if one.environment is batch.environment],
        )
        books = _read(session, batch)
        asked = {} if batch.reason else _asked_lately(session, batch.environment)
        paid = _paid(batch)
    environment = batch.environment
    every = lines_of_all(books.book.lines, books.screen.lines, paid_here(database, paid))
    while lines := list(islice(every, CHUNK)):
        if not go_on():
            return
        with database.reading() as session:
            rows = list(_rows(session, environment, key, lines, shops, asked))
        with database.writing() as session:
            session.connection().execute(insert(BatchItem), rows)
            session.get_one(Batch, key).at = now()
    _end(database, key, books)


class _Books(NamedTuple):
    """What is held against each other. `facts`: what the gateway's list was read as."""

    book: Reading
    words: str
    screen: ScreenRead
    facts: Screen | None
    screen_header: str = ""


def _read(session: Session, batch: Batch) -> _Books:
    book, words = _reading(
        session,
        zlib.decompress(batch.source or zlib.compress(b"")),
        Columns.from_json(batch.columns) if batch.columns_chosen else None,
        batch.words,
    )
    if batch.screen is None:
        return _Books(book, words, ScreenRead({}, ()), None)
    facts = Screen.from_json(batch.screen_facts)
    chosen = facts.columns if facts.chosen else None
    reading, _ = _reading(session, zlib.decompress(batch.screen), chosen, batch.words)
    read = screen_read(reading)
    facts = replace(
        facts,
        columns=reading.columns,
        first=reading.first[:COLUMNS_SHOWN],
        lines=len(read.lines),
        unread=len(read.unread),
        unread_lines=read.unread[:UNREAD_NAMED],
    )
    header = reading.header_key if reading.columns.header else ""
    return _Books(book, words, read, facts, header)


def _reading(
    session: Session, data: bytes, chosen: Columns | None, words: str
) -> tuple[Reading, str]:
    """A list as somebody has said that it is read: of this one, else of one with its first line."""
    if chosen:
        return read_book(data, chosen, json.loads(words)), words
    reading = read_book(data)
    known = header_known(session, reading.header_key) if reading.columns.header else None
    if known is None:
        return reading, "{}"
    return read_book(data, Columns.from_json(known.columns), json.loads(known.words)), known.words


def _paid(batch: Batch) -> Paid | None:
    if batch.paid_from is None or batch.paid_until is None:
        return None
    return Paid(batch.environment, batch.shop_key, batch.paid_from, batch.paid_until)


def _end(database: Database, key: str, books: _Books) -> None:
    reading = books.book
    with database.writing() as session:
        batch = session.get_one(Batch, key, with_for_update=True)
        if batch.state is not BatchState.CHECKING:
            return
        batch.written = "|".join(reading.ways)[:40]
        batch.delimiter = reading.delimiter
        batch.first_line = json.dumps(reading.first[:COLUMNS_SHOWN], ensure_ascii=False)
        batch.columns, batch.words = reading.columns.to_json(), books.words
        batch.judged_at = batch.at = now()
        if batch.columns_chosen and reading.columns.header:
            remember_header(session, reading.header_key, batch.columns, batch.words)
        if books.facts is None:
            return
        batch.screen_facts = books.facts.to_json()
        if books.facts.chosen and books.screen_header:
            columns = books.facts.columns.to_json()
            remember_header(session, books.screen_header, columns, batch.words)


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
    lines: Sequence[Line],
    shops: _Shops,
    asked: Mapping[Number, datetime],
) -> Iterator[dict[str, Any]]:
    wanted = [line.book.order_id for line in lines if line.book.problem is None]
    having = _orders(session, environment, wanted)
    whole = _with_zeros(session, environment, [one for one in wanted if one not in having])
    for one in lines:
        line = one.book
        shop, order = shops.for_order(having.get(line.order_id, ()))
        problem, detail = line.problem, line.detail
        if problem is None and line.order_id in whole:
            problem, detail = Problem.LOST_ZEROS, whole[line.order_id]
        elif problem is None and shop is None:
            problem = Problem.NO_SHOP
        free_at = asked.get((shop or "", line.order_id)) if problem is None else None
        yield _row(key, one, problem, detail) | {
            "shop_key": shop,
            "order_key": order,
            "known": order is not None,
            "free_at": free_at,
        }


def _row(key: str, beside: Line, problem: Problem | None, detail: str) -> dict[str, Any]:
    line, screen = beside.book, beside.screen
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
        "listed": beside.listed,
        "screen_line": screen.line if screen else None,
        "screen_yen": screen.yen if screen else None,
        "screen_paid": screen.paid if screen else None,
        "screen_said": screen.said if screen else "",
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
