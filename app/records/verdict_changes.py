"""Verdict changes: a callback's earlier verdicts, kept when a later judging came to another."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, key, reference, timestamp


class VerdictChange(Record, table=True):
    """One change of a verdict, because a shop was added or its password changed (append-only)."""

    __tablename__ = "verdict_changes"

    id: str = key()
    callback_key: str = reference("callbacks.id")
    at: datetime = timestamp(now)
    from_verdict: str = Field(max_length=16)
    to_verdict: str = Field(max_length=16)
    # When the verdict that fell had been found.
    judged_at: datetime | None = timestamp()


def verdict_changes_of(session: Session, callback_key: str) -> Sequence[VerdictChange]:
    """The changes of a callback's verdict, oldest first."""
    query = select(VerdictChange).where(VerdictChange.callback_key == callback_key)
    return session.exec(query.order_by(col(VerdictChange.id))).all()
