"""Counts over the orders of a span of time, each one query of bounded work."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.records.keys import first_key
from app.records.orders import Order
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
