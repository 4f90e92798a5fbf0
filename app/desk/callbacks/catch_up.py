"""Catching up: what was left unjudged is judged by whoever is there, whoever received it.

A process may die, its memory overflow, a database fail or a COMMIT's reply get lost: the row is in
the table all the same. Each web process and each worker looks there again and again, at what is too
old to be still in the hands of whoever received it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate

from sqlmodel import Session

from app.clock import now
from app.desk.audit import record_action
from app.desk.callbacks import limits
from app.desk.callbacks.process import process_rows
from app.desk.callbacks.queue import rest_when_overdue
from app.desk.callbacks.trouble import OUTSIDE, told
from app.desk.context import Actor, Desk
from app.logs import Repeated
from app.records.backlog import callbacks_arrived_since
from app.records.keys import LAST_KEY, first_key, moment_of
from app.records.unjudged import (
    Standing,
    Waiting,
    note_failure,
    oldest_waiting,
    take_up_again,
    waiting_callbacks,
)

log = logging.getLogger(__name__)


class CatchUp:
    """Judges what others left, a few at a time. One for each process; it receives nothing itself,
    and learns from the table whether there is a rush."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._behind: Standing | None = None
        self._size = limits.BATCH
        self._judging = Repeated(
            log,
            "a callback that was left could not be judged",
            "callbacks that were left are judged again",
            outside=OUTSIDE,
        )

    async def tick(self) -> None:
        """Judge all that has been left for a while, and rest after each few of them."""
        while True:
            began = time.monotonic()
            if not await asyncio.to_thread(self.turn, limits.LEFT_AFTER):
                return
            worked = time.monotonic() - began
            await asyncio.sleep(await asyncio.to_thread(self._rest_after, worked))

    def turn(self, left_for: float) -> int:
        """Judge some of those that came so many seconds ago or more; how many were dealt with. None
        is also said while another process is at the very same.

        Raises what is no callback's own fault; then nothing has happened to any of them.
        """
        below = _below(left_for)
        with self._desk.database.reading() as session:
            waiting = waiting_callbacks(session, self._behind, below, self._size)
        if not waiting:
            self._behind = None
            return 0
        keys = _first_of(waiting)
        try:
            number = self._judge(keys)
        except OUTSIDE:
            # It may be about one alone, as when somebody does not let its order go: each is tried
            # by itself, and behind the one it was the others go on.
            if len(keys) == 1:
                self._behind = waiting[0].standing
            self._size = 1
            raise
        self._size = min(2 * self._size, limits.BATCH)
        return number

    def _judge(self, keys: Sequence[str]) -> int:
        """Judge together; where that fails, one by one: the others must not wait for one."""
        try:
            number = self._judge_together(keys)
        except OUTSIDE:
            raise
        except Exception as error:
            if len(keys) > 1:
                return sum(self._judge([key]) for key in keys)
            self._judging.failed(error)
            self._note_failure(keys[0], error)
            return 1
        self._judging.worked()
        return number

    def _judge_together(self, keys: Sequence[str]) -> int:
        with self._desk.database.writing() as session:
            return len(process_rows(session, self._desk.settings.our_shops, keys))

    def _note_failure(self, key: str, error: Exception) -> None:
        with self._desk.database.writing() as session:
            given_up = note_failure(session, key, told(error), limits.TRIES)
        if given_up:
            log.error("callback %s is set aside: it cannot be judged (%s)", key, told(error))

    def _rest_after(self, worked: float) -> float:
        with self._desk.database.reading() as session:
            if not _is_rush(session):
                # PostgreSQL locks rows: nobody waits for what is judged but whoever is after it.
                return limits.LEFT_REST * worked if self._desk.database.is_sqlite else 0
            oldest = oldest_waiting(session)
        waited = (now() - moment_of(oldest)).total_seconds() if oldest else 0
        return rest_when_overdue(worked, waited)


def _first_of(waiting: Sequence[Waiting]) -> Sequence[str]:
    """The keys of so many as are not too much together, of at least one."""
    sizes = accumulate(one.size for one in waiting)
    fitting = sum(size <= limits.LEFT_BYTES for size in sizes)
    return [one.key for one in waiting[: max(fitting, 1)]]


def _below(left_for: float) -> str:
    return first_key(now() - timedelta(seconds=left_for)) if left_for else LAST_KEY


def _is_rush(session: Session) -> bool:
    """What `queue.Load` says, of all processes together."""
    second = timedelta(seconds=1)
    return callbacks_arrived_since(session, now() - second, limits.RUSH + 1) > limits.RUSH


def judge_by_hand(desk: Desk, actor: Actor, key: str) -> None:
    """A person has one judged that was set aside, or that waits. What is judged stays as it is."""
    with desk.database.writing() as session:
        if not take_up_again(session, key):
            return
        record_action(session, actor, "callback-judged", subject=key)
    try:
        with desk.database.writing() as session:
            process_rows(session, desk.settings.our_shops, [key])
    except OUTSIDE:
        raise
    except Exception as error:
        log.exception("callback %s could not be judged by hand", key)
        with desk.database.writing() as session:
            note_failure(session, key, told(error), tries=1)


def process_waiting(desk: Desk) -> int:
    """Judge all that waits, now, however short a time ago it came. Returns how many there were."""
    number, catch_up = 0, CatchUp(desk)
    while some := catch_up.turn(0):
        number += some
    return number
