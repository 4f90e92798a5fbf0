"""Steps: a long piece of writing done in short transactions, between which others write."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import Session

from app.desk.retention.policy import Step
from app.records.database import Database

Write = Callable[[Session, Sequence[str]], int]
"""Writes some of the rows with these keys; what that came to."""


class Steps:
    """Writes in steps, each as long as `policy.LONGEST` says at most, and stops between two.

    `stopped` is asked before each step. Time is the caller's thread's: it rests after a step for
    as long as that took, so that whoever waits for the lock gets it.
    """

    def __init__(
        self,
        database: Database,
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self.database, self.stopped = database, stopped
        self._clock, self._rest = clock, rest

    def through(self, keys: Sequence[str], write: Write, step: Step) -> int:
        """Write all of these, some at a time; the sum of what the writes came to."""
        total, first = 0, 0
        while first < len(keys) and not self.stopped():
            some = keys[first : first + step.size]
            total += self._once(partial(_write_these, write=write, keys=some), len(some), step)
            first += len(some)
        return total

    def until_done(self, write: Callable[[Session, int], int], step: Step) -> int:
        """Write at most so many rows, again and again, until there are no more; how many."""
        total = 0
        while not self.stopped():
            number = self._once(lambda session: write(session, step.size), step.size, step)
            total += number
            if not number:
                break
        return total

    def _once(self, write: Callable[[Session], int], rows: int, step: Step) -> int:
        with self.database.writing() as session:
            began = self._clock()
            number = write(session)
        took = self._clock() - began
        step.took(rows, took)
        self._rest(took)
        return number


def _write_these(session: Session, *, write: Write, keys: Sequence[str]) -> int:
    return write(session, keys)
