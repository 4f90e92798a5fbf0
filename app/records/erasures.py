"""Erasures: that what was held on a person was erased, when, by whom and why; never who it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import EMAIL_LENGTH, Record, key, reference, timestamp
from app.records.orders import Order

REASON_LENGTH = 200


class Erasure(Record, table=True):
    """One person taken out. `counts` is JSON: how many rows of each kind were written anew.

    One without an end was cut off: done again with the same words, it goes on where it was.
    """

    __tablename__ = "erasures"

    id: str = key()
    at: datetime = timestamp(now)
    user_key: str = reference("users.id", index=False)
    email: str = Field(max_length=EMAIL_LENGTH)
    reason: str = Field(max_length=REASON_LENGTH)
    counts: str = "{}"
    ended_at: datetime | None = timestamp()


class ErasedRow(Record, table=True):
    """A row that tells of a person no more: its key, whichever table it is in."""

    __tablename__ = "erased_rows"

    id: str = Field(primary_key=True, max_length=32)
    erasure_key: str = reference("erasures.id")


def erasure_of(session: Session, row_key: str) -> Erasure | None:
    """What has taken the person out of this row."""
    query = select(Erasure).join(ErasedRow, col(ErasedRow.erasure_key) == col(Erasure.id))
    return session.exec(query.where(ErasedRow.id == row_key)).one_or_none()


def latest_erasures(session: Session, limit: int) -> Sequence[Erasure]:
    """The latest of them, newest first."""
    return session.exec(select(Erasure).order_by(col(Erasure.id).desc()).limit(limit)).all()


def mark_erased(session: Session, erasure_key: str, row_keys: Collection[str]) -> None:
    """Note that these rows tell of nobody any more; what is noted already stays as it is."""
    query = select(ErasedRow.id).where(col(ErasedRow.id).in_(row_keys))
    known = set(session.exec(query))
    session.add_all(
        ErasedRow(id=key, erasure_key=erasure_key) for key in row_keys if key not in known
    )


def erasure_behind(session: Session, row_key: str, order: Order | None) -> Erasure | None:
    """The same, or what has taken the person out of the order that it is about."""
    found = erasure_of(session, row_key)
    if found is None and order is not None and order.erased_at is not None:
        return erasure_of(session, order.id)
    return found
