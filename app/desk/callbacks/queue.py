"""The policy of the intake: which customers wait for a verdict, and what is verified next.

Nothing here waits, reads or writes: the intake does, as it is told here. Time is asked of a clock
that is handed in and counts seconds from anywhere, so a rush needs no rush to be tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.desk.callbacks import limits


class Load:
    """How fast callbacks come in, and whether that is a rush.

    They are counted in spans of time. A rush lasts to the end of the span after the last one
    that had too many.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.arrived = clock, 0
        self._span, self._arrivals, self._rushed_before = 0, 0, False

    def count(self) -> None:
        """One more has come in."""
        self.arrived += 1
        span = self._span_now()
        if span != self._span:
            self._rushed_before = self._arrivals > limits.RUSH and span == self._span + 1
            self._span, self._arrivals = span, 0
        self._arrivals += 1

    def is_rush(self) -> bool:
        """Whether this span of time, or the one before it, has had too many."""
        passed = self._span_now() - self._span
        if passed > 1:
            return False
        return self._arrivals > limits.RUSH or (self._rushed_before and not passed)

    def _span_now(self) -> int:
        return int(self.clock() / limits.SPAN)


class Arrival(NamedTuple):
    """Whether the customer may wait for the verdict, and who now need not wait any longer."""

    may_wait: bool
    no_longer_waiting: Sequence[str]


class VerificationQueue:
    """The keys of callbacks to be verified: those whose customers wait come first.

    In a rush nobody waits, and verifying takes what little time it can: committing goes first.
    What the memory does not hold stays in the table, which is the whole queue.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._customers: set[str] = set()
        self._waiting: list[str] = []
        self._others: list[str] = []
        self._left_in_table = False
        self._read_up_to = ""

    def arrive(self, key: str) -> Arrival:
        """Queue a callback that has just been committed."""
        self._load.count()
        is_rush = self._load.is_rush()
        no_longer_waiting = self._stop_waiting() if is_rush else ()
        may_wait = not is_rush and len(self._customers) < limits.SEATS
        if may_wait:
            self._customers.add(key)
            self._waiting.append(key)
        else:
            self._queue(key)
        return Arrival(may_wait, no_longer_waiting)

    def leave(self, key: str) -> None:
        """Its customer waits no longer."""
        self._customers.discard(key)

    def next_keys(self) -> Sequence[str]:
        """What to verify now, all in one transaction; taken out of the queue."""
        keys_in_order = self._waiting or self._others
        number = limits.RUSH_BATCH if self._load.is_rush() else limits.BATCH
        keys = keys_in_order[:number]
        del keys_in_order[:number]
        return keys

    def put_back(self, keys: Sequence[str]) -> None:
        """These could not be verified now, through no fault of theirs: they come first again."""
        self._others[:0] = keys

    def rest_after(self, worked: float) -> float:
        """How many seconds verifying rests after as many seconds of work."""
        return limits.REST * worked if self._load.is_rush() else 0.0

    def to_read(self) -> str | None:
        """The key behind which to look in the table for more; None when there is nothing to look
        for, or enough in memory."""
        idle = not self._waiting and not self._others
        return self._read_up_to if idle and self._left_in_table else None

    def add_read(self, keys: Sequence[str]) -> None:
        """These were found in the table; none, when that was all."""
        self._others += keys
        self._left_in_table = bool(keys)
        self._read_up_to = keys[-1] if keys else ""

    def _queue(self, key: str) -> None:
        if len(self._others) < limits.KEYS_IN_MEMORY:
            self._others.append(key)
        else:
            # From the oldest on: keys are made before commits and may come out of order.
            self._left_in_table, self._read_up_to = True, ""

    def _stop_waiting(self) -> Sequence[str]:
        """A rush has begun: who came before it need not wait for verifying that rests."""
        no_longer_waiting, self._waiting = self._waiting, []
        self.put_back(no_longer_waiting)
        return no_longer_waiting
