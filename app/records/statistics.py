"""Counts over the orders of a span of time: read from what is kept of each hour, and where too many
orders wait to be counted there, counted anew.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import String, func
from sqlmodel import Session, col, select

from app.clock import now
from app.protocol.statuses import Status
from app.protocol.wire import JST
from app.records.columns import UtcDateTime
from app.records.keys import first_key
from app.records.order_hours import CONFIRMED, NOTHING, PAID, Count, Slot, counts_between
from app.records.orders import ORDERS, UNKNOWN, Order
from app.records.shops import Environment

_AHEAD = timedelta(days=1)
"""By how much the clock of whoever made an order may be ahead."""


class Tally(NamedTuple):
    """How many orders have one status, and their Amount + Tax in yen, as far as we sent any."""

    status: str
    confirmed: bool
    orders: int
    yen: int


def tallies(session: Session, environment: Environment, since: datetime) -> list[Tally]:
    """The orders made since a full hour, counted by status; confirmed payments apart."""
    kept = _kept(session, environment, Unit.HOUR, since, now() + _AHEAD)
    if kept is None:
        return _tallied_anew(session, environment, since)
    sums: dict[str, Count] = defaultdict(lambda: NOTHING)
    for (_, what), count in kept.items():
        sums[what] = sums[what].plus(*count)
    return [
        Tally(Status.PAYSUCCESS if what == CONFIRMED else what, what == CONFIRMED, *count)
        for what, count in sums.items()
        if what != PAID and count.orders
    ]


def _tallied_anew(session: Session, environment: Environment, since: datetime) -> list[Tally]:
    paid = col(Order.status) == Status.PAYSUCCESS
    confirmed = paid & col(Order.confirmed_at).is_not(None) & col(Order.conflict).is_(None)
    total = func.sum(col(Order.amount) + func.coalesce(col(Order.tax), 0))
    query = select(Order.status, confirmed, func.count(), total).where(
        Order.environment == environment, col(Order.id) >= first_key(since)
    )
    rows = session.exec(query.group_by(col(Order.status), confirmed)).all()
    return [Tally(status, bool(sure), orders, int(yen or 0)) for status, sure, orders, yen in rows]


class Unit(Enum):
    """What is counted together: how long it is, and the format of its name in Japan."""

    HOUR = (timedelta(hours=1), "%Y-%m-%d %H")
    DAY = (timedelta(days=1), "%Y-%m-%d")

    @property
    def hours(self) -> int:
        """How many hours it has."""
        return self.value[0] // timedelta(hours=1)

    def named(self, slot: int) -> str:
        """The name of one, by its number (`order_hours.Slot`)."""
        length, name = self.value
        return f"{datetime.fromtimestamp(0, UTC) + slot * length:{name}}"


class Made(NamedTuple):
    """How many orders of one hour or day (`when`) have one status."""

    when: str
    status: str
    orders: int


class Paid(NamedTuple):
    """How many orders were paid in one hour or day (`when`), and their yen."""

    when: str
    orders: int
    yen: int


def counts_made(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Made]:
    """The orders made in a span of full hours, counted by when they were made."""
    kept = _kept(session, environment, unit, since, until)
    if kept is None:
        return _made_anew(session, environment, unit, since, until)
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for (slot, what), count in kept.items():
        if what != PAID:
            sums[slot, Status.PAYSUCCESS if what == CONFIRMED else what] += count.orders
    return [
        Made(unit.named(slot), status, number) for (slot, status), number in sums.items() if number
    ]


def _made_anew(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Made]:
    """Each count reads a piece of one index and no order."""
    spans = [(name, first_key(at), first_key(end)) for name, at, end in _spans(unit, since, until)]
    when, first, last = _cte("spans", spans, String(13), String(32), String(32))
    (status,) = _cte("statuses", [(one,) for one in (*Status, UNKNOWN)], String(20))
    within = (ORDERS.status == status, ORDERS.id >= first, ORDERS.id < last)
    number = _of(environment, func.count(), *within)
    each = when.table.join(status.table, sqlalchemy.true())
    query = sqlalchemy.select(when, status, number).select_from(each)
    # To ask for those above 0 in the query would count each twice.
    return [Made(*row) for row in session.connection().execute(query) if row[2]]


def counts_paid(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Paid]:
    """The orders paid in a span of full hours, counted by when they were paid."""
    kept = _kept(session, environment, unit, since, until)
    if kept is None:
        return _paid_anew(session, environment, unit, since, until)
    return [
        Paid(unit.named(slot), *count)
        for (slot, what), count in kept.items()
        if what == PAID and count.orders
    ]


def _paid_anew(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Paid]:
    when, first, last = _cte("spans", _spans(unit, since, until), String(13), *[UtcDateTime()] * 2)
    within = (ORDERS.paid_at >= first, ORDERS.paid_at < last)
    number = _of(environment, func.count(), *within)
    total = _of(environment, func.coalesce(func.sum(ORDERS.yen), 0), *within)
    rows = session.connection().execute(sqlalchemy.select(when, number, total)).all()
    return [Paid(name, orders, int(yen)) for name, orders, yen in rows if orders]


def _kept(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> Mapping[Slot, Count] | None:
    return counts_between(session, environment, unit.hours, since, until)


def _spans(unit: Unit, since: datetime, until: datetime) -> list[tuple[str, datetime, datetime]]:
    """Every hour or day between two moments: its name, its beginning and its end."""
    length, name = unit.value
    number = round((until - since) / length)
    starts = [since + place * length for place in range(number)]
    return [(f"{at.astimezone(JST):{name}}", at, at + length) for at in starts]


def _cte(name: str, rows: Sequence[tuple[Any, ...]], *types: Any) -> Sequence[Any]:
    """A table of these values for the length of a query: its columns."""
    columns = [sqlalchemy.column(f"c{place}", kind) for place, kind in enumerate(types)]
    return list(sqlalchemy.values(*columns, name=name).data(rows).cte(name).c)


def _of(environment: Environment, what: Any, *within: Any) -> Any:
    orders = sqlalchemy.select(what).where(ORDERS.environment == environment, *within)
    return orders.select_from(Order.metadata.tables["orders"]).scalar_subquery()
