"""Retention: anybody can send notices. They are kept on the rolling limits of unverified callbacks.

What is dropped is counted, and shown where dropped callbacks are.
"""

from __future__ import annotations

from sqlmodel import Session

from app.clock import now
from app.desk.limits import Limits
from app.records.dropped_callbacks import NOTIFICATIONS, DroppedCallbacks, Limit
from app.records.keys import first_key
from app.records.notifications import drop_beyond, drop_older


def sweep_notices(session: Session, limits: Limits) -> int:
    """Drop what is beyond the limits, and note how many; how many were dropped."""
    dropped = {
        Limit.AGE: drop_older(session, first_key(now() - limits.age)),
        Limit.NUMBER: drop_beyond(session, limits.number),
    }
    for limit, number in dropped.items():
        if number:
            session.add(DroppedCallbacks(verdict=NOTIFICATIONS, limit=limit, dropped=number))
    return sum(dropped.values())
