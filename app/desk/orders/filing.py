"""Filing: orders get into the search after they were written, by a job that gives way to results.

What a person makes by hand is filed in its own transaction (`transactions`); everything else waits
for the job. Whether results arrive is read from their table, so that a worker beside the web's
process gives way as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from enum import Enum

from sqlmodel import Session

from app.clock import now
from app.desk.callbacks import limits
from app.desk.retention.policy import Step
from app.records.backlog import callbacks_arrived_since, unjudged_callbacks
from app.records.database import Database
from app.records.keys import first_key
from app.records.order_search import any_waiting_before, anything_waits, file_waiting

LOOK_EVERY = 1.0
"""Seconds between two looks where nothing waits."""

HELD_FOR = 0.05
"""Seconds until it is looked again whether another process has filed what it holds."""

QUIET_AFTER = timedelta(seconds=2)
"""How long no result has arrived before it counts as quiet. A choice."""


class Traffic(Enum):
    """What the desk receives. The value: for how many times as long as a step took the job rests.

    It never rests for ever: in a rush it takes a hundredth of the time, and catches up afterwards.
    """

    QUIET = 1
    CALLBACKS = 19
    RUSH = 99


class OrderFiler:
    """The job: a step in each turn, which learns how many orders may share a transaction."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._step, self._pause = Step(), 0.0

    async def tick(self) -> int:
        """File some of what waits; how many orders."""
        return await asyncio.to_thread(self._file_some)

    def pause(self) -> float:
        """Seconds until the next turn."""
        return self._pause

    def _file_some(self) -> int:
        with self._database.reading() as session:
            if not anything_waits(session):
                self._pause = LOOK_EVERY
                return 0
            traffic = traffic_of(session)
        with self._database.writing() as session:
            began = self._clock()
            filed = file_waiting(session, self._step.size)
        took = self._clock() - began
        self._step.took(max(filed, 1), took)
        # What somebody else holds just now is left out: to ask again at once would find the same.
        self._pause = took * traffic.value if filed else LOOK_EVERY
        return filed


def file_what_is_here(database: Database, rest: Callable[[float], None] = time.sleep) -> None:
    """File all that is here now, for whoever must find all of it: an export, say.

    In short steps, and rests as long as each took. What another process holds is waited for.
    """
    until, step = first_key(now()), Step()
    while True:
        with database.reading() as session:
            if not any_waiting_before(session, until):
                return
        began = time.monotonic()
        with database.writing() as session:
            filed = file_waiting(session, step.size)
        took = time.monotonic() - began
        step.took(max(filed, 1), took)
        rest(took if filed else HELD_FOR)


def traffic_of(session: Session) -> Traffic:
    """Whether results arrive, or wait to be judged."""
    at = now()
    if callbacks_arrived_since(session, at - timedelta(seconds=1), limits.RUSH + 1) > limits.RUSH:
        return Traffic.RUSH
    waiting = unjudged_callbacks(session).number
    if waiting > limits.BATCH:
        return Traffic.RUSH
    if waiting or callbacks_arrived_since(session, at - QUIET_AFTER, 1):
        return Traffic.CALLBACKS
    return Traffic.QUIET
