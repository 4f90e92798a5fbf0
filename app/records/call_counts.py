"""How the gateway answered within a span of time: calls that came out alike, counted together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.records.exchanges import WAITING, Exchange
from app.records.keys import first_key
from app.records.shops import Environment


class CallCount(NamedTuple):
    """So many calls with one outcome and duration in ms, and the key of the oldest of them."""

    outcome: str
    duration_ms: int | None
    calls: int
    oldest: str


def calls_between(
    session: Session, environment: Environment, since: datetime, until: datetime
) -> list[CallCount]:
    """The calls asked in a span of time, counted by outcome and duration. Reads one index alone."""
    alike = (col(Exchange.outcome), col(Exchange.duration_ms))
    query = sqlalchemy.select(*alike, func.count(), func.min(Exchange.id)).where(
        col(Exchange.environment) == environment,
        col(Exchange.id) >= first_key(since),
        col(Exchange.id) < first_key(until),
    )
    rows = session.connection().execute(query.group_by(*alike)).all()
    return [CallCount(*row) for row in rows]


def may_change(
    session: Session,
    environment: Environment,
    since: datetime,
    until: datetime,
    given_up: tuple[str, str],
) -> bool:
    """Whether the answer to any call of a span may still come: one that is waited for, or that was
    given up (the outcome and the detail of those) and may come after all."""
    outcome, detail = given_up
    key = col(Exchange.id)
    calls = select(Exchange.id).where(
        Exchange.environment == environment, key >= first_key(since), key < first_key(until)
    )
    waiting = calls.where(Exchange.outcome == WAITING)
    of_the_dead = calls.where(Exchange.outcome == outcome, Exchange.detail == detail)
    return any(session.exec(some.limit(1)).first() for some in (waiting, of_the_dead))


def still_here(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these calls have not been deleted."""
    return set(session.exec(select(Exchange.id).where(col(Exchange.id).in_(keys))))
