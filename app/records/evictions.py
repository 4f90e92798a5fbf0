"""Evictions: how many unverified callbacks the rolling limits have dropped."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from app.records.columns import key, moment, now, word


class Limit(StrEnum):
    """Which limit was passed."""

    AGE = "age"
    NUMBER = "number"


class Eviction(SQLModel, table=True):
    """One sweep that dropped callbacks of one verdict (append-only)."""

    __tablename__ = "evictions"

    id: str = key()
    at: datetime = moment(now)
    verdict: str = Field(max_length=16)
    limit: Limit = word(Limit)
    dropped: int


class Dropped(NamedTuple):
    """What has been dropped of one verdict so far, and when last."""

    verdict: str
    number: int
    last_at: datetime


def dropped_so_far(session: Session) -> Sequence[Dropped]:
    """The sums of all sweeps, by verdict."""
    last = func.max(col(Eviction.at)).label("last")
    query = select(Eviction.verdict, func.sum(Eviction.dropped), last)
    rows = session.exec(query.group_by(col(Eviction.verdict)).order_by(col(Eviction.verdict)))
    return [Dropped(verdict, int(number), at) for verdict, number, at in rows]
