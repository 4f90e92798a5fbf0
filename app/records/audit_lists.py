"""The audit log as a list: newest first, by who, what, about what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.records.accounts import AuditEntry
from app.records.keys import first_key
from app.records.paging import PAGE_SIZE, Page, Place, page_of


@dataclass(frozen=True)
class AuditFilter:
    """What to list. `who`: a part of an e-mail address; `about`: a part of what it was done to."""

    action: str = ""
    who: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_page(
    session: Session, wanted: AuditFilter, place: Place, size: int = PAGE_SIZE
) -> Page[AuditEntry]:
    """One page of the log."""
    query = select(AuditEntry)
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.who:
        query = query.where(col(AuditEntry.email).contains(wanted.who.lower(), autoescape=True))
    if wanted.about:
        query = query.where(col(AuditEntry.subject).contains(wanted.about, autoescape=True))
    if wanted.since:
        query = query.where(AuditEntry.id >= first_key(wanted.since))
    if wanted.until:
        query = query.where(AuditEntry.id < first_key(wanted.until))
    return page_of(session, query, AuditEntry.id, place, size)


def actions_recorded(session: Session) -> Sequence[str]:
    """Every kind of action that there is an entry of."""
    # From one to the next in the index: DISTINCT would read every entry.
    least = func.min(AuditEntry.action)
    found = select(least.label("action")).cte(recursive=True)
    following = select(least).where(AuditEntry.action > found.c.action).scalar_subquery()
    found = found.union_all(select(following).where(found.c.action.is_not(None)))
    query = select(found.c.action).where(found.c.action.is_not(None))
    return session.exec(query.order_by(found.c.action)).all()


def recorded_lately(session: Session, action: str, since: datetime, enough: int) -> bool:
    """Whether this was recorded so often since then."""
    query = select(AuditEntry.id).where(
        AuditEntry.id >= first_key(since), AuditEntry.action == action
    )
    return session.exec(query.offset(enough - 1).limit(1)).first() is not None


def was_recorded(session: Session, action: str, remote_address: str, since: datetime) -> bool:
    """Whether this was recorded of this address since then."""
    query = select(AuditEntry.id).where(
        AuditEntry.id >= first_key(since),
        AuditEntry.action == action,
        AuditEntry.remote_address == remote_address,
    )
    return session.exec(query.limit(1)).first() is not None
