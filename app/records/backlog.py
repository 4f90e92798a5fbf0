"""What waits to be done: how much, and since when. Counted up to a limit: it is asked often."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.callbacks import Callback
from app.records.keys import first_key, moment_of
from app.records.orders import Order
from app.records.unjudged import number_waiting, oldest_waiting

COUNTED = 1_000
"""The most that are counted; more are said as "more than"."""


class Backlog(NamedTuple):
    """How many wait, at most COUNTED, and since when the oldest of them does."""

    number: int
    oldest_at: datetime | None


def any_orders(session: Session) -> bool:
    """Whether there is any order at all."""
    return session.exec(select(Order.id).limit(1)).first() is not None


def unjudged_callbacks(session: Session) -> Backlog:
    """The results that wait to be judged."""
    oldest = oldest_waiting(session)
    number = number_waiting(session, COUNTED)
    return Backlog(number, moment_of(oldest) if oldest else None)


def callbacks_arrived_since(session: Session, since: datetime, limit: int) -> int:
    """How many results have arrived since then; counted up to `limit`."""
    newer = select(Callback.id).where(Callback.id >= first_key(since)).limit(limit)
    return len(session.exec(newer).all())


def overdue_lookups(session: Session, since: datetime, at: datetime) -> Backlog:
    """The lookups that the desk should have asked by now; what was due before `since` it has given
    up."""
    due = (col(Order.lookup_due_at).between(since, at), col(Order.open_exchange).is_(None))
    oldest = session.exec(select(func.min(Order.lookup_due_at)).where(*due)).one()
    return Backlog(_number(session, select(Order.id).where(*due)), oldest)


def _number(session: Session, which: SelectOfScalar[str]) -> int:
    some = which.limit(COUNTED).subquery()
    return session.exec(select(func.count()).select_from(some)).one()
