"""Copies without proof: results that a shop passed on, which nothing signs and no order here has.

One whose order is known stands with that order; of the sandbox's nobody is asked. It leaves by a
right signature (a ShopPass was corrected), by its order becoming known, or by somebody's word,
which is an entry of the audit log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from app.records.accounts import AuditEntry
from app.records.callbacks import UNPROVEN_COPY, Callback

COPIES_SEEN = "unproven-copies-seen"

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class UnprovenCopy(NamedTuple):
    """The latest of them: its key, when it came, and the OrderID that it names, if any."""

    key: str
    at: datetime
    order_id: str | None


def standing_copy(session: Session) -> UnprovenCopy | None:
    """The latest copy without proof that was judged since anybody spoke of them."""
    # Nearly always there is none at all, and every page asks: then the word is not looked for.
    newest = _newest_since(session, LONG_AGO)
    if newest is None:
        return None
    word = select(AuditEntry.at).where(AuditEntry.action == COPIES_SEEN)
    spoken_at = session.exec(word.order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return newest if spoken_at is None else _newest_since(session, spoken_at)


_NEWEST = (
    select(Callback.id, Callback.received_at, Callback.order_id)
    .where(text(UNPROVEN_COPY), col(Callback.judged_at) > bindparam("since"))
    .order_by(col(Callback.judged_at).desc())
    .limit(1)
)


def _newest_since(session: Session, since: datetime) -> UnprovenCopy | None:
    row = session.exec(_NEWEST, params={"since": since}).first()
    return UnprovenCopy(*row) if row else None
