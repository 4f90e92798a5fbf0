"""Status changes: what became of an order's claim, when, and on whose word."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Table, insert
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import (
    REASON_LENGTH,
    Record,
    enum_column,
    index_of_some,
    key,
    reference,
    timestamp,
)
from app.records.orders import Conflict, Source
from app.records.rows import rows_of


class Effect(StrEnum):
    """What a source's word did to the claim."""

    MOVED = "moved"
    CONFIRMED = "confirmed"
    WENT_UNKNOWN = "went-unknown"
    # A lookup says that an unanswered EntryTran never arrived.
    NOT_REGISTERED = "not-registered"
    CONFLICT = "conflict"
    SETTLED = "settled"


class Change(Record, table=True):
    """One effect on an order's claim, with its source and its cause (append-only)."""

    __tablename__ = "changes"
    # A change has one cause of several: each index holds the rows that name one of its kind.
    __table_args__ = (
        index_of_some("ix_changes_exchange", ["exchange_key"], "exchange_key IS NOT NULL"),
        index_of_some("ix_changes_callback", ["callback_key"], "callback_key IS NOT NULL"),
    )

    id: str = key()
    order_key: str = reference("orders.id")
    recorded_at: datetime = timestamp(now)
    effect: Effect = enum_column(Effect)
    from_status: str = Field(max_length=16)
    to_status: str = Field(max_length=16)
    source: Source | None = enum_column(Source, None)
    # The time the source itself names (TranDate, ProcessDate), where it names one.
    said_at: datetime | None = timestamp()
    conflict: Conflict | None = enum_column(Conflict, None)
    exchange_key: str | None = reference("exchanges.id", optional=True, index=False)
    callback_key: str | None = reference("callbacks.id", optional=True, index=False)
    user_key: str | None = reference("users.id", optional=True, index=False)
    reason: str | None = Field(default=None, max_length=REASON_LENGTH)


def insert_changes(session: Session, changes: Sequence[Change]) -> None:
    """Add many changes at once, past the session: for each it would do ten times the work."""
    table: Table = Change.metadata.tables["changes"]
    if changes:
        session.connection().execute(insert(table), rows_of(changes, table.c.keys()))


def changes_of(session: Session, order_key: str) -> Sequence[Change]:
    """The changes of an order's claim, oldest first."""
    query = select(Change).where(Change.order_key == order_key)
    return session.exec(query.order_by(col(Change.id))).all()


def changes_since(session: Session, order_key: str, since: datetime) -> Sequence[Change]:
    """The changes of an order's claim from a moment on, oldest first."""
    query = select(Change).where(Change.order_key == order_key, col(Change.recorded_at) >= since)
    return session.exec(query.order_by(col(Change.id))).all()


def orders_changed(
    session: Session, since: str, first_order: str, last_order: str, limit: int
) -> int:
    """How many orders with keys in this range have changed since this key was made.

    Of the `limit` latest changes: it is asked again and again, and only a hint.
    """
    latest = select(Change.order_key).where(col(Change.id) > since)
    latest = latest.order_by(col(Change.id).desc()).limit(limit)
    keys = set(session.exec(latest).all())
    return sum(first_order <= key <= last_order for key in keys)


def conflicts_of(session: Session, order_keys: Collection[str]) -> Sequence[Change]:
    """Every report that spoke against the claim of one of these orders, oldest first."""
    query = select(Change).where(
        col(Change.order_key).in_(order_keys), Change.effect == Effect.CONFLICT
    )
    return session.exec(query.order_by(col(Change.id))).all() if order_keys else ()


def was_settled(session: Session, order_key: str) -> bool:
    """Whether the last thing that happened to the claim is that a person settled it."""
    query = select(Change.effect).where(Change.order_key == order_key)
    return session.exec(query.order_by(col(Change.id).desc()).limit(1)).first() is Effect.SETTLED


def times_said(session: Session, order_key: str, limit: int) -> Sequence[datetime]:
    """The times that verified callbacks and lookups have named of an order, newest word first."""
    query = select(Change.said_at).where(
        Change.order_key == order_key, col(Change.said_at).is_not(None)
    )
    said = session.exec(query.order_by(col(Change.id).desc()).limit(limit)).all()
    return [at for at in said if at]
