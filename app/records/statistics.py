"""Counts and short lists over all orders and callbacks, each one query of bounded work."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.records.callbacks import Callback
from app.records.keys import first_key
from app.records.orders import Order, needs_attention
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


def attention_count(session: Session, environment: Environment) -> int:
    """How many orders of an environment a person has to look at."""
    query = select(func.count()).select_from(Order).where(Order.environment == environment)
    return session.exec(query.where(needs_attention())).one()


def orders_in_attention(session: Session, environment: Environment, limit: int) -> Sequence[Order]:
    """Orders a person has to look at: disagreements first, then the newest."""
    query = select(Order).where(Order.environment == environment).where(needs_attention())
    urgency = (col(Order.conflict).is_(None), col(Order.id).desc())
    return session.exec(query.order_by(*urgency).limit(limit)).all()


def mismatches_since(
    session: Session, environment: Environment, since: datetime, limit: int
) -> Sequence[Callback]:
    """The newest callbacks of an environment whose CheckString does not match, copies left out."""
    query = select(Callback).where(
        Callback.environment == environment,
        Callback.verdict == "mismatch",
        col(Callback.copy_of).is_(None),
        col(Callback.id) >= first_key(since),
    )
    return session.exec(query.order_by(col(Callback.id).desc()).limit(limit)).all()
