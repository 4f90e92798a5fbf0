"""What is kept of the orders by the hour: how many were made and how they stand, how many were
paid, and their yen.

An order is counted when it is filed (`order_search`), and `Order.counted` says as what. One that is
not filed as it is waits to be counted too, and is read besides: so the sums are exact at any time,
and whoever writes an order owes them nothing but `filed`. Whoever deletes one takes it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import BigInteger, Connection, Insert, Table, bindparam, func, null, text
from sqlmodel import Field, Session

from app.protocol.statuses import Status
from app.records.columns import EnumText, Record
from app.records.derived_columns import SPOKEN_OF
from app.records.orders import ORDERS, Order
from app.records.search_fold import VERSION
from app.records.shops import Environment

CONFIRMED = "confirmed"
"""`what` of an order that is paid, confirmed, and in no conflict."""

PAID = "paid"
"""`what` of an order in the hour in which it was paid. Every other stands in that of its making."""

WAITING_READ = 2_000
"""The most orders that are read besides. Where more wait, who asks has to count anew."""

JST_HOURS = 9
"""By how many hours Japan is ahead."""


class OrderHour(Record, table=True):
    """How many orders of an environment are counted alike in one hour, and their yen.

    `hour`: the hours since 1970. `what`: a status, CONFIRMED or PAID. `yen`: Amount + Tax as far as
    we sent any; of PAID as in `orders.yen`.
    """

    __tablename__ = "order_hours"

    environment: Environment = Field(primary_key=True, sa_type=EnumText(Environment))
    hour: int = Field(primary_key=True)
    what: str = Field(primary_key=True, max_length=16)
    orders: int
    yen: int = Field(sa_type=BigInteger)


class Count(NamedTuple):
    """How many orders, and their yen."""

    orders: int
    yen: int

    def plus(self, orders: int, yen: int) -> Count:
        """The sum of both."""
        return Count(self.orders + orders, self.yen + yen)


NOTHING = Count(0, 0)

Slot = tuple[int, str]
"""A span of time, by its number since 1970 in Japan, and a `what`."""


class Entry(NamedTuple):
    """One place where an order is counted."""

    environment: str
    hour: int
    what: str
    yen: int


FACTS = (
    *("id", "environment", "status", "confirmed_at", "conflict"),
    *("amount", "tax", "yen", "paid_at", "counted"),
)
"""What has to be known of an order to count it."""

_ORDERS: Table = Order.metadata.tables["orders"]
_HOURS: Table = OrderHour.metadata.tables["order_hours"]
_COUNTED = (
    sqlalchemy.update(_ORDERS)
    .where(ORDERS.id == bindparam("key"))
    .values(filed=VERSION, counted=bindparam("as_what"))
)


def hour_of(moment: datetime) -> int:
    """The hour of a moment, since 1970."""
    return int(moment.timestamp()) // 3600


def counted_as(order: Any) -> str:
    """As what an order is to be counted, in the words of `Order.counted`."""
    sure = order.confirmed_at is not None and order.conflict is None
    what = CONFIRMED if sure and order.status == Status.PAYSUCCESS else order.status
    ours = 0 if order.amount is None else order.amount + (order.tax or 0)
    made = f"{what} {ours}"
    return made if order.paid_at is None else f"{made} {hour_of(order.paid_at)} {order.yen or 0}"


def entries_of(order: Any, counted: str | None) -> Iterator[Entry]:
    """The places where an order stands that is counted so."""
    if counted is None:
        return
    what, yen, *paid = counted.split()
    yield Entry(order.environment, int(order.id[:12], 16) // 3_600_000, what, int(yen))
    if paid:
        yield Entry(order.environment, int(paid[0]), PAID, int(paid[1]))


def count_filed(connection: Connection, orders: Iterable[Any]) -> None:
    """Count these orders, which are locked and filed, and mark them as both."""
    changed: dict[tuple[str, int, str], Count] = defaultdict(lambda: NOTHING)
    marks = []
    for order in orders:
        counted = counted_as(order)
        marks.append({"key": order.id, "as_what": counted})
        if counted != order.counted:
            _move(changed, entries_of(order, order.counted), -1)
            _move(changed, entries_of(order, counted), 1)
    if marks:
        connection.execute(_COUNTED, marks)
    _add(connection, changed)


def uncount(session: Session, wanted: Any) -> None:
    """Take out the orders with these keys, which are locked and about to be deleted."""
    query = sqlalchemy.select(ORDERS.id, ORDERS.environment, ORDERS.counted)
    changed: dict[tuple[str, int, str], Count] = defaultdict(lambda: NOTHING)
    for order in session.connection().execute(query.where(ORDERS.id.in_(wanted))):
        _move(changed, entries_of(order, order.counted), -1)
    _add(session.connection(), changed)


def _move(changed: dict[tuple[str, int, str], Count], entries: Iterable[Entry], sign: int) -> None:
    for environment, hour, what, yen in entries:
        place = (environment, hour, what)
        changed[place] = changed[place].plus(sign, sign * yen)


def _add(connection: Connection, changed: Mapping[tuple[str, int, str], Count]) -> None:
    # Sorted, so that two processes cannot wait for each other.
    rows = [
        {"environment": environment, "hour": hour, "what": what, "orders": by.orders, "yen": by.yen}
        for (environment, hour, what), by in sorted(changed.items())
        if by != NOTHING
    ]
    if rows:
        connection.execute(_added(connection.dialect.name), rows)


@cache
def _added(dialect: str) -> Insert:
    # Each database's own, imported for the one in use: a start pays for what it loads.
    insert: Any
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert
    adding = insert(_HOURS)
    more = {name: _HOURS.c[name] + adding.excluded[name] for name in ("orders", "yen")}
    added: Insert = adding.on_conflict_do_update(index_elements=_HOURS.primary_key, set_=more)
    return added


def counts_between(
    session: Session, environment: Environment, hours: int, since: datetime, until: datetime
) -> Mapping[Slot, Count] | None:
    """Every slot of so many hours (1, or the 24 of a day in Japan) between two full hours.

    None where too many orders wait to be counted.
    """
    first, end = hour_of(since), hour_of(until)
    params = {"environment": environment, "first": first, "end": end, "hours": hours}
    rows = session.connection().execute(_between(), params).all()
    waiting = [row for row in rows if row.id is not None]
    if len(waiting) > WAITING_READ:
        return None
    found: dict[Slot, Count] = defaultdict(lambda: NOTHING)
    for row in rows:
        if row.id is None:
            found[row.slot, row.what] = Count(int(row.orders), int(row.total))
    for order in waiting:
        if order.environment == environment:
            _correct(found, order, hours, range(first, end))
    return found


def _correct(found: dict[Slot, Count], order: Any, hours: int, within: range) -> None:
    """Put an order that waits where it belongs, instead of where it is counted."""
    for sign, counted in ((-1, order.counted), (1, counted_as(order))):
        for entry in entries_of(order, counted):
            if entry.hour in within:
                slot = ((entry.hour + JST_HOURS) // hours, entry.what)
                found[slot] = found[slot].plus(sign, sign * entry.yen)


@cache
def _between() -> Any:
    """What is kept and what waits, in one statement: between two, an order might be counted."""
    read = [ORDERS[name] for name in FACTS]
    # By its index alone: SQLite, which knows not how few they are, would take the environment's.
    some = sqlalchemy.select(*read).where(ORDERS.filed < VERSION).limit(WAITING_READ + 1)
    apart = some.subquery().c
    blank = [null().label(name) for name in ("slot", "what", "orders", "total")]
    waiting = sqlalchemy.select(*apart, *blank)
    kept = _HOURS.c
    slot = (kept.hour + JST_HOURS) // bindparam("hours", type_=sqlalchemy.Integer())
    sums = (func.sum(kept.orders), func.sum(kept.yen))
    within = (kept.hour >= bindparam("first"), kept.hour < bindparam("end"))
    by_slot = (
        sqlalchemy.select(*(null() for _ in read), slot, kept.what, *sums)
        .where(kept.environment == bindparam("environment"), *within)
        .group_by(slot, kept.what)
    )
    return waiting.union_all(by_slot)


def miscounted(session: Session) -> int:
    """How many orders are counted as something else than they are, and how many sums are not what
    the orders come to. Reads all of them; ask it first in a session."""
    if session.get_bind().dialect.name == "postgresql":
        # The orders and the sums of one and the same moment.
        session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    read = [ORDERS[name] for name in (*FACTS, "filed")]
    query = sqlalchemy.select(*read).execution_options(yield_per=1_000)
    wrong = 0
    come_to: dict[tuple[str, int, str], Count] = defaultdict(lambda: NOTHING)
    for order in session.connection().execute(query):
        wrong += order.filed == VERSION and order.counted != counted_as(order)
        _move(come_to, entries_of(order, order.counted), 1)
    kept = session.connection().execute(sqlalchemy.select(_HOURS)).all()
    held = {(row.environment, row.hour, row.what): Count(row.orders, row.yen) for row in kept}
    places = come_to.keys() | held.keys()
    return wrong + sum(come_to[place] != held.get(place, NOTHING) for place in places)


def count_anew(session: Session) -> int:
    """Forget all that is kept, and let every order be counted by the job that files it; how many
    orders. Ask it first in a session, which takes as long as it takes."""
    connection = session.connection(execution_options={"unhurried": True})
    connection.execute(sqlalchemy.delete(_HOURS))
    anew = {"counted": None, "filed": SPOKEN_OF}
    return connection.execute(sqlalchemy.update(_ORDERS).values(anew)).rowcount
