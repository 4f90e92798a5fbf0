"""The limits, when they are looked at, and in how large steps. Nothing here reads or writes.

Time is asked of a clock that is handed in and counts seconds from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

MIB = 1024 * 1024


@dataclass(frozen=True)
class RetentionPolicy:
    """How long, how many, and how many bytes of each kind.

    A kind is one verdict; notifications are kinds apart, and so are the verified callbacks of the
    sandbox, whose password is public.
    """

    age: timedelta
    number: int
    size: int = 64 * MIB


KEPT_OF_AN_ORDER = 50
"""How many of the first, and of the last, stay of those that name one open order."""

SWEEP_EVERY = 600.0
"""Seconds between two sweeps where little arrives. A choice."""

SWEEP_AFTER = 64 * MIB
"""Bytes that arrive until there is a sweep before its time. Bounds what passes the limits
meanwhile. Benchmark: a sweep after each thousand results took a fourteenth of the time in a rush;
these are some thirty thousand."""

LONGEST = 0.05
"""Seconds for which a sweep may keep everybody else from writing: a customer waits no longer."""

FIRST_STEP, LARGEST_STEP = 20, 2_000
"""Rows of the first step, before it is known how long one takes, and of any."""

FREE_FLOOR = 256 * MIB
"""Bytes that stay free on the disk of a SQLite file: with less, long unverified bodies are cut.
A choice: an hour of ordinary results, or room to look for what fills the disk."""

KEPT_OF_A_BODY = 4096
"""Bytes that are kept of a body that is cut. A result in earnest has a tenth of them."""


BOOKS_KEPT = timedelta(days=180)
"""How long the file of a list is kept. A choice: two quarters, in which what was settled by it may
be asked about. Its verdicts stay."""

BOOKS_SIZE = 1024 * MIB
"""Bytes of such files, packed, that are kept at most. A choice."""


class Step:
    """How many rows the next transaction may change, learnt from how long the last ones took."""

    def __init__(self, longest: float = LONGEST) -> None:
        self.size = FIRST_STEP
        # Aimed at the half of it, for the next may be twice as slow.
        self._aim = longest / 2

    def took(self, rows: int, seconds: float) -> None:
        """A transaction that changed so many rows took so long."""
        fitting = LARGEST_STEP if seconds <= 0 else int(rows * self._aim / seconds)
        self.size = max(1, min(fitting, 2 * self.size, LARGEST_STEP))


class SweepTimes:
    """When there is a sweep: after so long, or when so much has arrived, whichever comes first."""

    def __init__(self, clock: Callable[[], float], first: float) -> None:
        self._clock = clock
        self._next, self._stored = clock() + first, 0

    def is_due(self, stored: int) -> bool:
        """Whether it is time. `stored` are the bytes of all that came since the process began."""
        return self._clock() >= self._next or stored - self._stored >= SWEEP_AFTER

    def swept(self, stored: int) -> None:
        """A sweep has ended, which had begun at so many bytes."""
        self._next, self._stored = self._clock() + SWEEP_EVERY, stored
