"""From a text to the results in it, window by window; the work is bounded, and said to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.protocol.pasted.charset import text_of
from app.protocol.pasted.effort import Effort
from app.protocol.pasted.found import Found, Kind, Pasted, Way, reading_of
from app.protocol.pasted.hidden import may_hold_a_result
from app.protocol.pasted.window import Verifies, Window
from app.protocol.text import encode

WINDOW = 32 * 1024
"""Characters of a long text that are read together."""

OVERLAP = 8 * 1024
"""Characters behind a window that are read with it, so that none of its results is cut."""

WORK = 5_000_000
"""Units of work that one text may cost. Behind that, reading is given up and says so."""


def read_bytes(data: bytes, verifies: Verifies) -> Pasted:
    """Everything in the bytes of a file, in whatever charset. Never raises."""
    pieces, ways = text_of(data)
    return _Reading(verifies, ways).of(pieces)


def read_text(text: str, verifies: Verifies) -> Pasted:
    """Everything in a text. Never raises."""
    return _Reading(verifies).of(text[at : at + WINDOW] for at in range(0, len(text), WINDOW))


def read_pieces(
    pieces: Iterable[str], verifies: Verifies, ways: tuple[Way, ...] = ()
) -> Iterator[Pasted]:
    """A text of any length, window by window, each with what was found in it: nothing of the whole
    is held. A result that is told again in another window is found again. Never raises.

    What may cost so much work is one window, and what one costs too much the next does not pay for.
    """
    reading = _Reading(verifies, ways)
    for _ in reading.windows(pieces):
        found, line = reading.pasted, reading.pasted.lines
        reading.pasted, reading.effort = Pasted(lines=line), Effort(WORK)
        yield found


@dataclass
class _Reading:
    """One text on its way. `done` is the place up to which it has been read into results."""

    verifies: Verifies
    ways: tuple[Way, ...] = ()
    pasted: Pasted = field(default_factory=Pasted)
    effort: Effort = field(default_factory=lambda: Effort(WORK))
    done: int = 0

    def of(self, pieces: Iterable[str]) -> Pasted:
        whole = ""
        for text in self.windows(pieces):
            whole = text
        if whole and not self.pasted.results and not self.pasted.stopped:
            self._take_as_body(whole)
        return self.pasted

    def windows(self, pieces: Iterable[str]) -> Iterator[str]:
        """Read window by window. After each its text is given where it was all there is."""
        text, at, line, whole = "", 0, 1, None
        coming = iter(pieces)
        piece = next(coming, None)
        while piece is not None or text:
            while piece is not None and len(text) <= WINDOW + OVERLAP:
                text += piece
                piece = next(coming, None)
            whole = text if at == 0 and piece is None else whole
            own = _own_part(text, ends=piece is None)
            self._read(
                text[: own + OVERLAP], own, at, line, ends=piece is None and own == len(text)
            )
            line += text.count("\n", 0, own)
            at, text = at + own, text[own:]
            self.pasted.lines = line
            yield "" if whole is None else whole

    def _read(self, text: str, own: int, at: int, line: int, *, ends: bool) -> None:
        """One window, whose first `own` characters are not read again with the next."""
        if self.pasted.stopped is not None or not text.strip():
            return
        if not (ends and at == 0) and not may_hold_a_result(text):
            return
        if self.effort.exhausted():
            self.pasted.stopped = line
            return
        skipped = max(0, self.done - at)
        window = Window(text, skipped, own, self.verifies, self.effort, ends=ends)
        for record, verified in window.results():
            found = window.found(record, at, line, verified=verified)
            self._take(found)
            self.done = max(self.done, found.end)
        self.pasted.unread += window.unread(line)
        self.pasted.cut = window.cut(line)
        if self.effort.exhausted():
            self.pasted.stopped = line

    def _take(self, found: Found) -> None:
        found.ways = (*self.ways, *(way for way in found.ways if way not in self.ways))
        self.pasted.add(found)

    def _take_as_body(self, text: str) -> None:
        """A text in which nothing is known is the body itself, and judged as that."""
        body = encode(text.strip("\r\n"), "replace")
        self.pasted.add(
            Found(Kind.RAW, body, self.verifies(reading_of(body)), self.ways, 1, 0, len(text))
        )


def _own_part(text: str, *, ends: bool) -> int:
    """How many characters of the text are one window's own: whole lines, where there are any."""
    if ends and len(text) <= WINDOW + OVERLAP:
        return len(text)
    return text.rfind("\n", 0, WINDOW) + 1 or WINDOW
