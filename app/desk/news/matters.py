"""Noticing: what needs a person and was not told of yet, what still does, and what no longer does.

It is read off the definitions that the overview has, so the news say what the overview says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.clock import now
from app.desk.context import Desk
from app.desk.news.found import TOLD_ONCE, Found, everything, is_over
from app.desk.news.hours import GATHERED_FOR, digest_day, due_at, is_urgent
from app.records.accounts import Role
from app.records.database import Database
from app.records.news import (
    Channel,
    Item,
    Matter,
    Phase,
    begin_digest,
    end_matter,
    messages_since,
    open_channels,
    open_matters,
    tell_again,
    told_of,
)

LOOK_EVERY = 10.0
"""Seconds between two looks."""

REMIND_AFTER = timedelta(hours=24)
"""How long a matter stays open until people are told again."""

Listeners = Sequence[tuple[Channel, Role]]


class MatterWatch:
    """The job of a process. Beside another's neither tells what the other has told."""

    def __init__(self, desk: Desk) -> None:
        self._database = desk.database

    async def tick(self) -> None:
        """Look once."""
        await asyncio.to_thread(watch, self._database)


def watch(database: Database) -> None:
    """Write what is to be said of whatever began, still stands or has ended, and each digest whose
    hour has come."""
    with database.reading() as session:
        listeners = open_channels(session)
        if not listeners:
            return
        known = {matter.about: matter for matter in open_matters(session)}
        found = {one.matter.about: one for one in everything(session)}
        over = [one for one in known.values() if one.about not in found and is_over(session, one)]
    for about in found.keys() - known.keys():
        _begin(database, found[about], listeners)
    for matter in over:
        _end(database, matter, listeners)
    stale = now() - REMIND_AFTER
    for about in found.keys() & known.keys():
        if known[about].told_at <= stale and known[about].kind not in TOLD_ONCE:
            _remind(database, known[about], found[about], listeners)
    for channel, _ in listeners:
        _write_digest(database, channel)


def _begin(database: Database, found: Found, listeners: Listeners) -> None:
    try:
        with database.writing() as session:
            session.add(found.matter)
            session.flush()
            _write(session, found.matter, _concerned(found, listeners), Phase.BEGAN)
    except IntegrityError:
        # Another process was first: it tells.
        return


def _remind(database: Database, matter: Matter, found: Found, listeners: Listeners) -> None:
    with database.writing() as session:
        if tell_again(session, matter, now()):
            _write(session, matter, _concerned(found, listeners), Phase.REMINDER)


def _end(database: Database, matter: Matter, listeners: Listeners) -> None:
    with database.writing() as session:
        if not end_matter(session, matter.id, now()) or matter.kind in TOLD_ONCE:
            return
        # Whoever heard that it began hears that it has ended, whatever they are by now.
        told = told_of(session, matter.id)
        channels = [channel for channel, _ in listeners if channel.id in told]
        _write(session, matter, channels, Phase.SETTLED)


def _concerned(found: Found, listeners: Listeners) -> Iterable[Channel]:
    return (channel for channel, role in listeners if found.concerns(channel, role))


def _write(session: Session, matter: Matter, channels: Iterable[Channel], phase: Phase) -> None:
    at = now()
    only = matter.kind if is_urgent(matter.kind, phase) else None
    for channel in channels:
        lately = messages_since(session, channel.id, at - GATHERED_FOR, only)
        due = due_at(channel, matter.kind, phase, at, lately)
        session.add(Item(channel_key=channel.id, matter_key=matter.id, phase=phase, due_at=due))


def _write_digest(database: Database, channel: Channel) -> None:
    day = digest_day(channel, now())
    if day is None:
        return
    with database.writing() as session:
        if begin_digest(session, channel.id, day):
            session.add(Item(channel_key=channel.id, phase=Phase.DIGEST))
