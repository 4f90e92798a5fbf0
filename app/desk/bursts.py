"""Notices bursts of refusals and failed sign-ins, and takes somebody's word on them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.clock import now
from app.desk.audit import record_action, record_noticed
from app.desk.context import Actor
from app.records.bursts import (
    BURST,
    BURST_SEEN,
    last_word_on_bursts,
    refusals_since,
    standing_burst,
)
from app.records.database import Database

LOOK_EVERY = 30.0
"""Seconds between two looks."""

WINDOW = timedelta(minutes=15)
ENOUGH = 20
"""Refusals within the WINDOW that are no accident any more."""


class BurstWatch:
    """The job of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tick(self) -> None:
        """Look once."""
        await asyncio.to_thread(watch, self._database)


def watch(database: Database) -> None:
    """Write down a burst that nobody has noticed yet. What was spoken of already counts no more."""
    since = now() - WINDOW
    with database.reading() as session:
        word = last_word_on_bursts(session)
        if word is not None and word.action == BURST:
            return
        number = refusals_since(session, max(since, word.at) if word else since)
    if number >= ENOUGH:
        with database.writing() as session:
            record_noticed(session, BURST, number=number)


def see_burst(database: Database, actor: Actor, reason: str) -> None:
    """Say what came of looking at it. Where there is none, nothing happens."""
    with database.writing() as session:
        if burst := standing_burst(session):
            record_action(session, actor, BURST_SEEN, reason=reason, number=burst.number)
