"""A text with something undone, that remembers where its characters stood and how deep."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from app.protocol.pasted.found import Kind, Record, Way
from app.protocol.pasted.names import Occurrence, occurrences

WIDE = 64
"""Added to a character's depth where its width was changed, which is no escape."""

BREAK = "\x1e"
"""Stands for a result that has been read already: nothing is read across it."""


@dataclass(frozen=True)
class View:
    """`origins` holds the place in the text as it came of each character, `depths` from how many
    escapes it was undone: 0 for one that stands there as it came. `changes` holds the places in
    the text as it came where each thing was undone, in order."""

    text: str
    origins: array[int]
    depths: bytes
    changes: tuple[tuple[Way, array[int]], ...] = ()
    cost: int = 0

    def undone(
        self,
        pattern: re.Pattern[str],
        undo: Callable[[re.Match[str]], str | None],
        way: Way,
        cost: int,
        depth: int = 1,
    ) -> View | None:
        """What `pattern` finds replaced by what `undo` makes of it; None where nothing changes.

        A match of which `undo` makes None stays.
        """
        pieces: list[str] = []
        origins, depths, changed = array("L"), bytearray(), array("L")
        at = 0
        for match in pattern.finditer(self.text):
            made = undo(match)
            if made is None or made == match[0]:
                continue
            start, end = match.span()
            pieces += (self.text[at:start], made)
            changed.append(self.origins[start])
            origins += self.origins[at:start]
            depths += self.depths[at:start]
            origins += array("L", [self.origins[start]]) * len(made)
            depths += bytes([min(max(self.depths[start:end]) + depth, 255)]) * len(made)
            at = end
        if not pieces:
            return None
        pieces.append(self.text[at:])
        origins += self.origins[at:]
        depths += self.depths[at:]
        changes = (*self.changes, (way, changed))
        return View("".join(pieces), origins, bytes(depths), changes, self.cost + cost)

    def ways(self, start: int, end: int) -> tuple[Way, ...]:
        """What was undone between two places of the text as it came, each way once."""
        return tuple(
            dict.fromkeys(
                way
                for way, places in self.changes
                if bisect_left(places, start) < bisect_right(places, end)
            )
        )

    def without(self, spans: Iterable[tuple[int, int]]) -> View:
        """The view with BREAK in place of each of these spans, which stand in order."""
        pieces: list[str] = []
        origins, depths = array("L"), bytearray()
        at = 0
        for start, end in spans:
            if start < at or start == end:
                continue
            pieces += (self.text[at:start], BREAK)
            origins += self.origins[at : start + 1]
            depths += self.depths[at:start] + b"\0"
            at = end
        pieces.append(self.text[at:])
        return replace(
            self,
            text="".join(pieces),
            origins=origins + self.origins[at:],
            depths=bytes(depths + self.depths[at:]),
        )

    def record(
        self,
        kind: Kind,
        pairs: Iterable[tuple[str, str]],
        start: int,
        end: int,
        exact: bytes | None = None,
        *,
        even: bool = True,
        final: bool = False,
    ) -> Record:
        """A reading of the characters between two positions."""
        begins, ends = self.place(start), self.place(end - 1) + 1
        ways = self.ways(begins, ends)
        return Record(kind, begins, ends, tuple(pairs), (start, end), ways, exact, even, final)

    def only(self, spans: Iterable[tuple[int, int]]) -> View:
        """The view with BREAK in place of everything but these spans, which stand in order."""
        between, at = [], 0
        for start, end in spans:
            between.append((at, start))
            at = end
        return self.without([*between, (at, len(self.text))])

    @cached_property
    def names(self) -> list[Occurrence]:
        """Every name of a parameter in the view, in order."""
        return list(occurrences(self.text))

    def place(self, position: int) -> int:
        """Where the character at this position stood in the text as it came."""
        if position < len(self.origins):
            return self.origins[position]
        return self.origins[-1] + 1 if self.origins else 0

    def depth(self, start: int, end: int) -> frozenset[int]:
        """The depths of the characters between two positions."""
        return frozenset(self.depths[start:end])


def as_it_is(text: str) -> View:
    """The text as it came."""
    return View(text, array("L", range(len(text))), bytes(len(text)))
