"""How much work one text may cost. Counted, not timed: the same text is read alike everywhere."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable


class Exhausted(Exception):
    """A text has cost all the work that one may."""


class Effort:
    """What is left of it, in units of about a third of a microsecond."""

    def __init__(self, units: int) -> None:
        self.units = units
        self.spent = 0

    def spend(self, units: int) -> None:
        """Count work that is about to be done. Raises Exhausted."""
        self.spent += units
        if self.spent > self.units:
            raise Exhausted

    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.spent > self.units


class Spans:
    """Places that do not overlap, asked in the time of a look into a dictionary."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: dict[int, int] = {}
        for start, end in sorted(spans):
            if not self.overlap(start, end):
                self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """One more, which overlaps none."""
        insort(self._starts, start)
        self._ends[start] = end

    def overlap(self, start: int, end: int) -> bool:
        """Whether any of them has a part in common with this one."""
        place = bisect_right(self._starts, start)
        before = place > 0 and self._ends[self._starts[place - 1]] > start
        return before or (place < len(self._starts) and self._starts[place] < end)

    def __len__(self) -> int:
        return len(self._starts)
