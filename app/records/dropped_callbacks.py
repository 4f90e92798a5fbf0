"""How much is not here: callbacks and what else a limit dropped, or what was never stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Index, func, text, update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.callbacks import Callback
from app.records.columns import Record, enum_column, key, timestamp
from app.records.keys import first_key

SPAN = timedelta(hours=1)
"""What is dropped within so long is one row: a flood, swept every second, makes few."""


class Limit(StrEnum):
    """Which limit was passed."""

    AGE = "age"
    NUMBER = "number"
    SIZE = "size"
    # The disk was full or the database away: these were never here.
    STORAGE = "storage"


NOTIFICATIONS = "notices"
"""What dropped notifications have in the place of a verdict."""

SANDBOX = "sandbox"
"""What dropped results of the sandbox have in its place: verified ones, which anybody can make."""

SANDBOX_ORDERS = "sandbox-orders"
"""What dropped orders of the sandbox have in its place."""

UNSTORED = "unstored"
"""What callbacks that could not be stored, and so were never verified, have in its place."""


UNSEEN = f"verdict = '{UNSTORED}' AND seen_at IS NULL"
"""A gap that nobody has seen to, as an index and a query must both say it."""


class DroppedCallbacks(Record, table=True):
    """How many of one kind were dropped by one limit, or could not be stored, within a SPAN.

    `at` is when the last of them was, `seen_at` when a person said of a gap that it has been dealt
    with.
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
    of_late = (
        col(DroppedCallbacks.id) >= first_key(now() - SPAN),
        DroppedCallbacks.verdict == verdict,
        DroppedCallbacks.limit == limit,
        # What somebody has seen to is not what was lost since.
        col(DroppedCallbacks.seen_at).is_(None),
    )
    newest = select(func.max(DroppedCallbacks.id)).where(*of_late).scalar_subquery()
    # Added in the database: another process may be adding to the same row.
    more = update(DroppedCallbacks).where(col(DroppedCallbacks.id) == newest)
    added = session.exec(more.values(dropped=col(DroppedCallbacks.dropped) + number, at=at))
    if not added.rowcount:
        session.add(DroppedCallbacks(at=at, verdict=verdict, limit=limit, dropped=number))


def dropped_so_far(session: Session) -> Sequence[Dropped]:
    """The sums of all sweeps, by verdict."""
    last = func.max(col(DroppedCallbacks.at)).label("last")
    query = select(DroppedCallbacks.verdict, func.sum(DroppedCallbacks.dropped), last)
    rows = session.exec(
        query.group_by(col(DroppedCallbacks.verdict)).order_by(col(DroppedCallbacks.verdict))
    )
    return [Dropped(verdict, int(number), at) for verdict, number, at in rows]


_UNSEEN_LOSSES = select(
    func.sum(DroppedCallbacks.dropped), func.max(col(DroppedCallbacks.at))
).where(text(UNSEEN))


def unseen_losses(session: Session) -> tuple[int, datetime | None]:
    """How many callbacks could not be stored and nobody has seen to, and when the last was."""
    number, last_at = session.exec(_UNSEEN_LOSSES).one()
    return int(number or 0), last_at


def see_losses(session: Session, at: datetime) -> None:
    """Somebody has seen to whatever could not be stored so far."""
    unseen = update(DroppedCallbacks).where(text(UNSEEN))
    session.connection().execute(unseen.values(seen_at=at))


_ASKED_AT_ONCE = 500


def number_stored(session: Session, keys: Sequence[str]) -> int:
    """How many of these callbacks there are."""
    number = 0
    for first in range(0, len(keys), _ASKED_AT_ONCE):
        some = col(Callback.id).in_(keys[first : first + _ASKED_AT_ONCE])
        number += session.exec(select(func.count()).select_from(Callback).where(some)).one()
    return number
