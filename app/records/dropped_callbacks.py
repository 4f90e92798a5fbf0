"""How many callbacks and notifications are not here, dropped by a limit or never stored."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Index, delete, exists, func, text, union_all, update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.protocol.statuses import FINAL
from app.records.callbacks import Callback
from app.records.columns import Record, enum_column, key, timestamp
from app.records.orders import Order
from app.records.shops import Environment
from app.records.verdict_changes import VerdictChange

SURPLUS = 10_000
"""How many of a flood that names open orders are found at once: finding them reads it whole."""


class Limit(StrEnum):
    """Which limit was passed."""

    AGE = "age"
    NUMBER = "number"
    # The disk was full or the database away: these were never here.
    STORAGE = "storage"


NOTIFICATIONS = "notices"
"""What dropped notifications have in the place of a verdict."""


UNSTORED = "unstored"
"""What callbacks that could not be stored, and so were never verified, have in its place."""


UNSEEN = f"verdict = '{UNSTORED}' AND seen_at IS NULL"
"""A gap that nobody has seen to, as an index and a query must both say it."""


class DroppedCallbacks(Record, table=True):
    """One sweep that dropped callbacks of one verdict, or notifications; or one gap in storing.

    Append-only, but for `seen_at`: when a person said of a gap that it has been dealt with.
    """

    __tablename__ = "dropped_callbacks"
    __table_args__ = (
        Index(
            "ix_dropped_callbacks_unseen",
            "at",
            sqlite_where=text(UNSEEN),
            postgresql_where=text(UNSEEN),
        ),
    )

    id: str = key()
    at: datetime = timestamp(now)
    verdict: str = Field(max_length=16)
    limit: Limit = enum_column(Limit)
    dropped: int
    seen_at: datetime | None = timestamp()


class Dropped(NamedTuple):
    """What has been dropped of one verdict so far, and when last."""

    verdict: str
    number: int
    last_at: datetime


def count_dropped(
    session: Session, verdict: str, limit: Limit, number: int, last_at: datetime | None = None
) -> None:
    """Put on record that so many were dropped, or never stored, the last of them at `last_at`."""
    at = last_at or now()
    session.add(DroppedCallbacks(at=at, verdict=verdict, limit=limit, dropped=number))


def dropped_so_far(session: Session) -> Sequence[Dropped]:
    """The sums of all sweeps, by verdict."""
    last = func.max(col(DroppedCallbacks.at)).label("last")
    query = select(DroppedCallbacks.verdict, func.sum(DroppedCallbacks.dropped), last)
    rows = session.exec(
        query.group_by(col(DroppedCallbacks.verdict)).order_by(col(DroppedCallbacks.verdict))
    )
    return [Dropped(verdict, int(number), at) for verdict, number, at in rows]


def unseen_losses(session: Session) -> tuple[int, datetime | None]:
    """How many callbacks could not be stored and nobody has seen to, and when the last was."""
    query = select(func.sum(DroppedCallbacks.dropped), func.max(col(DroppedCallbacks.at)))
    number, last_at = session.exec(query.where(text(UNSEEN))).one()
    return int(number or 0), last_at


def see_losses(session: Session, at: datetime) -> None:
    """Somebody has seen to whatever could not be stored so far."""
    unseen = update(DroppedCallbacks).where(text(UNSEEN))
    session.connection().execute(unseen.values(seen_at=at))


def nth_newest(session: Session, verdict: str, number: int) -> str:
    """The key of the newest callback of a verdict that is one too many; empty when none is."""
    query = select(Callback.id).where(Callback.verdict == verdict)
    return (
        session.exec(query.order_by(col(Callback.id).desc()).offset(number).limit(1)).first() or ""
    )


def droppable(session: Session, verdict: str, upto: str, limit: int) -> Sequence[str]:
    """The oldest callbacks of a verdict, up to a key, that no open order of ours is named in."""
    query = select(Callback.id).where(
        Callback.verdict == verdict, Callback.id <= upto, ~_names_open_order()
    )
    return session.exec(query.order_by(col(Callback.id)).limit(limit)).all()


def surplus(
    session: Session, verdict: str, upto: str, kept: int, limit: int = SURPLUS
) -> Sequence[str]:
    """Of those that do name an open order: repeats, and what lies between the first and last.

    `kept` different ones from each end stay, so that neither what came before a flood nor what
    came after it is pushed out by it.
    """
    named = (Callback.verdict == verdict, _names_open_order())
    order, at = col(Callback.order_id), col(Callback.id)
    ranked = (
        select(
            Callback.id,
            func.row_number().over(partition_by=order, order_by=at).label("nth"),
            func.row_number().over(partition_by=order, order_by=at.desc()).label("nth_last"),
        )
        .where(*named, col(Callback.copy_of).is_(None))
        .subquery()
    )
    between = select(ranked.c.id).where(ranked.c.nth > kept, ranked.c.nth_last > kept)
    repeats = select(Callback.id).where(*named, col(Callback.copy_of).is_not(None))
    both = union_all(between, repeats).subquery()
    query = select(both.c.id).where(both.c.id <= upto)
    return session.exec(query.order_by(both.c.id).limit(limit)).all()


def _names_open_order() -> ColumnElement[bool]:
    return exists().where(
        # Every environment is named because that is what the index begins with.
        col(Order.environment).in_(list(Environment)),
        col(Order.order_id) == col(Callback.order_id),
        col(Order.status).not_in(FINAL) | col(Order.conflict).is_not(None),
    )


def drop(session: Session, keys: Sequence[str]) -> None:
    """Drop these callbacks and their verdicts' history. Copies that stay find a new first."""
    connection = session.connection()
    connection.execute(delete(VerdictChange).where(col(VerdictChange.callback_key).in_(keys)))
    connection.execute(delete(Callback).where(col(Callback.id).in_(keys)))
    first = func.min(col(Callback.id))
    orphans = select(Callback.copy_of, first).where(col(Callback.copy_of).in_(keys))
    for gone, heir in session.exec(orphans.group_by(col(Callback.copy_of))).all():
        whole = update(Callback).where(col(Callback.copy_of) == gone)
        connection.execute(whole.values(copy_of=heir))
        connection.execute(update(Callback).where(col(Callback.id) == heir).values(copy_of=None))
