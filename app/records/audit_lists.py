"""The audit log as a list: newest first, by who, what, about what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from app.records.accounts import AuditEntry
from app.records.keys import first_key, moment_of
from app.records.paging import PAGE_SIZE, Place, page_of

READ_AT_ONCE = 20_000
"""Entries of which one page compares the words: no search reads the whole log in one go."""


@dataclass(frozen=True)
class AuditFilter:
    """What to list. `who`: a part of an e-mail address; `about`: a part of what it was done to;
    `where`: a part of the address it came from."""

    action: str = ""
    who: str = ""
    about: str = ""
    where: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, and the keys beside which the next pages begin; empty for no page.

    `reached`: how far back the words were compared, where that was not to the end.
    """

    rows: Sequence[AuditEntry]
    newer: str
    older: str
    reached: datetime | None = None


def audit_page(
    session: Session, wanted: AuditFilter, place: Place, size: int = PAGE_SIZE
) -> AuditPage:
    """One page of the log. Words are compared with READ_AT_ONCE entries at most; where those do
    not fill it, it is a short page, and the next goes on from there."""
    entries, words = _in_span(wanted), _words(wanted)
    edge = _edge(session, entries, place) if words else None
    if edge is not None:
        key = col(AuditEntry.id)
        entries.append(key <= edge if place.after else key >= edge)
    query = select(AuditEntry).where(*entries, *words)
    found = page_of(session, query, AuditEntry.id, place, size)
    newer = found.rows[0].id if found.newer and found.rows else ""
    older = found.rows[-1].id if found.older and found.rows else ""
    if edge is None or (found.newer if place.after else found.older):
        return AuditPage(found.rows, newer, older)
    if place.after:
        return AuditPage(found.rows, edge, older)
    return AuditPage(found.rows, newer, edge, moment_of(edge))


def _in_span(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """The conditions that an index answers."""
    found: list[ColumnElement[bool]] = []
    if wanted.action:
        found.append(col(AuditEntry.action) == wanted.action)
    if wanted.since:
        found.append(col(AuditEntry.id) >= first_key(wanted.since))
    if wanted.until:
        found.append(col(AuditEntry.id) < first_key(wanted.until))
    return found


def _words(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """The conditions for which each entry is read."""
    parts = (
        (col(AuditEntry.email), wanted.who.lower()),
        (col(AuditEntry.subject), wanted.about),
        (col(AuditEntry.remote_address), wanted.where.lower()),
    )
    return [column.contains(part, autoescape=True) for column, part in parts if part]


def _edge(session: Session, entries: Sequence[ColumnElement[bool]], place: Place) -> str | None:
    """The last entry to be read from this place on; None where all that there are may be."""
    key = col(AuditEntry.id)
    query = select(key).where(*entries)
    if place.after:
        query = query.where(key > place.after).order_by(key)
    else:
        query = query.where(key < place.before) if place.before else query
        query = query.order_by(key.desc())
    last_and_next = session.exec(query.offset(READ_AT_ONCE - 1).limit(2)).all()
    return last_and_next[0] if len(last_and_next) > 1 else None


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
