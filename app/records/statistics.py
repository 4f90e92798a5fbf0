"""Counts over the orders of a span of time, each one query of bounded work."""

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.records.keys import first_key
from app.records.orders import ORDERS, Order
from app.records.shops import Environment


class Tally(NamedTuple):
    """How many orders have one status, and their Amount + Tax in yen, as far as we sent any."""

    status: str
    confirmed: bool
    orders: int
    yen: int


def tallies(session: Session, environment: Environment, since: datetime) -> list[Tally]:
    """The orders made since then, counted by status; confirmed payments apart."""
    confirmed = col(Order.confirmed_at).is_not(None) & col(Order.conflict).is_(None)
    total = func.sum(col(Order.amount) + func.coalesce(col(Order.tax), 0))
    query = select(Order.status, confirmed, func.count(), total).where(
        Order.environment == environment, col(Order.id) >= first_key(since)
    )
    rows = session.exec(query.group_by(col(Order.status), confirmed)).all()
    return [Tally(status, bool(sure), orders, int(yen or 0)) for status, sure, orders, yen in rows]


class Unit(Enum):
    """What is counted together: the format of its name in SQLite, and in PostgreSQL."""

    HOUR = ("%Y-%m-%d %H", "YYYY-MM-DD HH24")
    DAY = ("%Y-%m-%d", "YYYY-MM-DD")


class Count(NamedTuple):
    """How many orders of one hour or day in Japan (`when`) have one status, and their yen."""

    when: str
    status: str
    orders: int
    yen: int


def counts_made(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Count]:
    """The orders made in a span of time, counted by when they were made."""
    within = (ORDERS.id >= first_key(since), ORDERS.id < first_key(until))
    return _counts(session, environment, unit, ORDERS.created_at, within)


def counts_paid(
    session: Session, environment: Environment, unit: Unit, since: datetime, until: datetime
) -> list[Count]:
    """The orders paid in a span of time, counted by when they were paid."""
    within = (ORDERS.paid_at >= since, ORDERS.paid_at < until)
    return _counts(session, environment, unit, ORDERS.paid_at, within)


def _counts(
    session: Session, environment: Environment, unit: Unit, moment: Any, within: tuple[Any, ...]
) -> list[Count]:
    in_sqlite, in_postgresql = unit.value
    if session.get_bind().dialect.name == "sqlite":
        when = func.strftime(in_sqlite, moment, "+9 hours")
    else:
        when = func.to_char(func.timezone("Asia/Tokyo", moment), in_postgresql)
    total = func.coalesce(func.sum(ORDERS.yen), 0)
    query = sqlalchemy.select(when, ORDERS.status, func.count(), total)
    query = query.where(ORDERS.environment == environment, *within)
    rows = session.connection().execute(query.group_by(sqlalchemy.text("1"), ORDERS.status)).all()
    return [Count(when, status, orders, int(yen)) for when, status, orders, yen in rows]
