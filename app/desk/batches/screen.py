"""The third book: the gateway's own list, as its screen exports it, and what was paid here.

What neither the book nor a callback tells shows only there. So each of its lines stands beside the
book's of the same OrderID, and what the book does not have becomes a line of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.desk.books.columns import Columns
from app.desk.books.reading import BookLine, Reading
from app.protocol.statuses import Status
from app.records.database import Database
from app.records.orders import ORDERS, Order
from app.records.shops import Environment

AT_ONCE = 500
"""Orders that are read at once."""

UNREAD_NAMED = 20
"""Lines that cannot be read, of which the number is kept."""


@dataclass(frozen=True)
class Screen:
    """What the gateway's own list was read as. `unread`: how many of its lines have no OrderID or a
    word that is not understood; `unread_lines`: the first of them."""

    name: str
    sha256: str
    columns: Columns = field(default_factory=lambda: Columns(0))
    chosen: bool = False
    first: Sequence[str] = ()
    lines: int = 0
    unread: int = 0
    unread_lines: Sequence[int] = ()

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Screen:
        """As it was kept."""
        kept = json.loads(text)
        return cls(**kept | {"columns": Columns(**kept["columns"])})


class Line(NamedTuple):
    """One line to be judged. `listed`: the book has it; `screen`: what the gateway's list has."""

    book: BookLine
    listed: bool = True
    screen: BookLine | None = None


class ScreenRead(NamedTuple):
    """The lines of the gateway's list by their OrderID, and which of its lines cannot be read."""

    lines: dict[str, BookLine]
    unread: Sequence[int]


def screen_read(reading: Reading) -> ScreenRead:
    """Read the gateway's list whole: of an OrderID that stands twice the first line counts."""
    lines: dict[str, BookLine] = {}
    unread = []
    for line in reading.lines:
        if line.problem is None:
            lines[line.order_id] = line
        if line.problem is not None or line.unread:
            unread.append(line.line)
    return ScreenRead(lines, unread)


def lines_of_all(
    book: Iterable[BookLine], screen: dict[str, BookLine], paid_here: Iterable[str]
) -> Iterator[Line]:
    """The lines of the book, then what the gateway's list alone has, then what the desk alone has.

    Each OrderID once, but for the lines of the book, which all stay.
    """
    seen: set[str] = set()
    last = 0
    for line in book:
        last = line.line
        seen.add(line.order_id)
        yield Line(line, screen=screen.pop(line.order_id, None) if not line.problem else None)
    for number, line in screen.items():
        if number not in seen:
            last += 1
            seen.add(number)
            yield Line(BookLine(last, number), listed=False, screen=line)
    for number in paid_here:
        if number not in seen:
            last += 1
            seen.add(number)
            yield Line(BookLine(last, number), listed=False)


class Paid(NamedTuple):
    """Which orders: paid, as far as the desk knows, from one moment until another."""

    environment: Environment
    shop_key: str | None
    since: datetime
    until: datetime


def paid_here(database: Database, paid: Paid | None) -> Iterator[str]:
    """Their OrderIDs, some at a time: a month of them is not held at once."""
    last = ""
    while paid:
        with database.reading() as session:
            some = _some(session, paid, last)
        if not some:
            return
        last = some[-1][0]
        yield from (number for _, number in some)


def _some(session: Session, paid: Paid, after: str) -> Sequence[tuple[str, str]]:
    query = select(Order.id, Order.order_id).where(
        Order.environment == paid.environment,
        Order.status == Status.PAYSUCCESS,
        ORDERS.paid_at >= paid.since,
        ORDERS.paid_at < paid.until,
        Order.id > after,
    )
    if paid.shop_key:
        query = query.where(Order.shop_key == paid.shop_key)
    return session.exec(query.order_by(col(Order.id)).limit(AT_ONCE)).all()
