"""Bursts of refusals: what the audit log says of somebody who tries many doors.

That there was one, and that somebody has looked at it, are entries of the audit log themselves: the
newer of the two says how it stands.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from app.records.accounts import AuditEntry
from app.records.keys import first_key

BURST, BURST_SEEN = "refusal-burst", "refusal-burst-seen"

REFUSALS = (
    "refused",
    "refused-elsewhere",
    "sign-in-failed",
    "sign-in-throttled",
    "second-factor-failed",
)
"""The actions that are counted."""


class Burst(NamedTuple):
    """When it was noticed, and how many refusals there were by then."""

    at: datetime
    number: int


def last_word_on_bursts(session: Session) -> AuditEntry | None:
    """The newest entry of the audit log about a burst: that there is one, or that it was seen."""
    # One by one, as the index of actions answers at once: every page asks for it.
    newest = (_newest(session, action) for action in (BURST, BURST_SEEN))
    found = [entry for entry in newest if entry is not None]
    return max(found, key=lambda entry: entry.number or 0, default=None)


_NEWEST = (
    select(AuditEntry)
    .where(AuditEntry.action == bindparam("action"))
    .order_by(col(AuditEntry.id).desc())
    .limit(1)
)


def _newest(session: Session, action: str) -> AuditEntry | None:
    return session.exec(_NEWEST, params={"action": action}).first()


def standing_burst(session: Session) -> Burst | None:
    """The burst that nobody has spoken of yet."""
    entry = last_word_on_bursts(session)
    if entry is None or entry.action == BURST_SEEN:
        return None
    return Burst(entry.at, int(json.loads(entry.detail).get("number", 0)))


def refusals_since(session: Session, since: datetime) -> int:
    """How many refusals and failed sign-ins were written down since then."""
    query = select(func.count()).select_from(AuditEntry)
    lately = AuditEntry.id >= first_key(since)
    return session.exec(query.where(lately, col(AuditEntry.action).in_(REFUSALS))).one()
