"""Retention: what anybody can send is kept on rolling limits, so that a flood cannot fill the disk.

Each verdict has its own limits, so that a flood of one kind pushes out nothing of another. What
names an OrderID of ours without a final status stays, since a later look might verify it: of
each such order the first and the last different ones, for a flood may name one too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.clock import now
from app.protocol.checkstring import Verdict
from app.records.database import Database
from app.records.dropped_callbacks import (
    NOTIFICATIONS,
    Limit,
    count_dropped,
    drop,
    droppable,
    nth_newest,
    surplus,
)
from app.records.keys import first_key
from app.records.notifications import drop_beyond, drop_older

UNVERIFIED = tuple(verdict for verdict in Verdict if verdict is not Verdict.VERIFIED)

KEPT_OF_AN_ORDER = 50
"""How many of the first, and of the last, stay of those that name one open order."""

BATCH = 500
"""How many are dropped in one transaction."""


@dataclass(frozen=True)
class RetentionPolicy:
    """How long, and how many of each kind: unverified callbacks by verdict, notifications apart."""

    age: timedelta
    number: int


def sweep_all(database: Database, limits: RetentionPolicy) -> None:
    """Drop the callbacks and the notifications that are beyond the limits."""
    sweep(database, limits)
    with database.writing() as session:
        sweep_notifications(session, limits)


def sweep(database: Database, limits: RetentionPolicy) -> int:
    """Drop callbacks beyond the limits. Returns how many were dropped."""
    return sum(
        _drop(database, verdict, limit, upto)
        for verdict in UNVERIFIED
        for limit, upto in _bounds(database, verdict, limits)
    )


def sweep_notifications(session: Session, limits: RetentionPolicy) -> int:
    """Drop notifications beyond the limits, and note how many; how many were dropped."""
    dropped = {
        Limit.AGE: drop_older(session, first_key(now() - limits.age)),
        Limit.NUMBER: drop_beyond(session, limits.number),
    }
    for limit, number in dropped.items():
        if number:
            count_dropped(session, NOTIFICATIONS, limit, number)
    return sum(dropped.values())


def _bounds(
    database: Database, verdict: Verdict, limits: RetentionPolicy
) -> Sequence[tuple[Limit, str]]:
    """Up to which keys each limit drops."""
    with database.reading() as session:
        surplus = nth_newest(session, verdict, limits.number)
    return [(Limit.AGE, first_key(now() - limits.age)), (Limit.NUMBER, surplus)]


def _drop(database: Database, verdict: Verdict, limit: Limit, upto: str) -> int:
    dropped = 0
    while number := _drop_some(database, verdict, upto):
        dropped += number
    while keys := _surplus(database, verdict, upto):
        for start in range(0, len(keys), BATCH):
            with database.writing() as session:
                dropped += _dropped(session, keys[start : start + BATCH])
    if dropped:
        with database.writing() as session:
            count_dropped(session, verdict, limit, dropped)
    return dropped


def _drop_some(database: Database, verdict: Verdict, upto: str) -> int:
    with database.writing() as session:
        return _dropped(session, droppable(session, verdict, upto, BATCH))


def _surplus(database: Database, verdict: Verdict, upto: str) -> Sequence[str]:
    with database.reading() as session:
        return surplus(session, verdict, upto, KEPT_OF_AN_ORDER)


def _dropped(session: Session, keys: Sequence[str]) -> int:
    if keys:
        drop(session, keys)
    return len(keys)
