"""From a text to the results in it, window by window; the work is bounded, and said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from app.protocol.checkstring import Verdict
from app.protocol.pasted.charset import text_of
from app.protocol.pasted.effort import Effort
from app.protocol.pasted.found import Found, Kind, Pasted, Record, Way, digest, reading_of
from app.protocol.pasted.hidden import may_hold_a_result
from app.protocol.pasted.plain import PlainReader
from app.protocol.pasted.view import BREAK
from app.protocol.pasted.window import Window
from app.protocol.reading import Reading, plain_reading
from app.protocol.text import encode

VerdictOf = Callable[[Reading], Verdict]
"""The verdict on a result that was read so."""

WINDOW = 32 * 1024
"""Characters of a long text that are read together."""

OVERLAP = 8 * 1024
"""Characters behind a window that are read with it, so that none of its results is cut."""

WORK = 12_000_000
"""Units of work that one text may cost. Behind that only what is plain is found: that is said."""


def read_bytes(data: bytes, verdict_of: VerdictOf) -> Pasted:
    """Everything in the bytes of a file, in whatever charset. Never raises."""
    pieces, ways = text_of(data)
    return _Reading(verdict_of, ways).of(pieces)


def read_text(text: str, verdict_of: VerdictOf) -> Pasted:
    """Everything in a text. Never raises."""
    return _Reading(verdict_of).of(text[at : at + WINDOW] for at in range(0, len(text), WINDOW))


def read_pieces(
    pieces: Iterable[str], verdict_of: VerdictOf, ways: tuple[Way, ...] = ()
) -> Iterator[Pasted]:
    """A text of any length, window by window, each with what was found in it: nothing of the whole
    is held. A result that is told again in another window is found again. Never raises.

    What may cost so much work is one window, and what one costs too much the next does not pay for.
    """
    reading = _Reading(verdict_of, ways)
    for _ in reading.windows(pieces):
        found, line = reading.pasted, reading.pasted.lines
        reading.pasted, reading.effort = Pasted(lines=line), Effort(WORK)
        yield found


@dataclass
class _Reading:
    """One text on its way. `done` is the place up to which it has been read into results."""

    verdict_of: VerdictOf
    ways: tuple[Way, ...] = ()
    pasted: Pasted = field(default_factory=Pasted)
    effort: Effort = field(default_factory=lambda: Effort(WORK))
    plain: PlainReader = field(default_factory=PlainReader)
    done: int = 0

    def of(self, pieces: Iterable[str]) -> Pasted:
        whole = ""
        for text in self.windows(pieces):
            whole = text
        if whole and not self.pasted.number and not self.pasted.stopped:
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
        short = ends and at == 0
        if not text.strip() or not (short or may_hold_a_result(text)):
            return
        skipped = max(0, self.done - at)
        # A short text is read for all that it may mean, and costs nothing.
        plain = [] if short else self.plain.records(text, skipped, own)
        ahead = replace(self.plain).records(text, own, len(text)) if plain else []
        spans = [(0, skipped), *(one.span for one in (*plain, *ahead))]
        # Behind the last that is plain ahead, nothing can have begun in this window.
        told = text[: ahead[-1].end] if ahead else text
        window = None
        if not plain or may_hold_a_result(_without(told, spans)):
            window = self._window(text, spans, own, line, ends=ends)
        read = [(one, _plainly(one)) for one in plain]
        if window is not None:
            read += [(one, reading_of(one.body)) for one, _ in window.results()]
            read.sort(key=lambda one: one[0].start)
            self.pasted.unread += window.unread(line)
            self.pasted.cut = window.cut(line)
        self._take_all(read, text, at, line)

    def _window(
        self, text: str, spans: list[tuple[int, int]], own: int, line: int, *, ends: bool
    ) -> Window | None:
        """The window read for what is not plain, while there is any work left."""
        if self.pasted.stopped is None and self.effort.exhausted():
            self.pasted.stopped = line
        if self.pasted.stopped is not None:
            return None
        window = Window(text, spans, own, self._verifies, self.effort, ends=ends)
        if self.effort.exhausted():
            self.pasted.stopped = line
        return window

    def _verifies(self, reading: Reading) -> bool:
        return self.verdict_of(reading) is Verdict.VERIFIED

    def _take_all(
        self, read: Iterable[tuple[Record, Reading]], text: str, at: int, line: int
    ) -> None:
        """These results of a window that begins at `at`, in its `line`."""
        for record, reading in read:
            start, end, what = at + record.start, at + record.end, digest(reading)
            self.done = max(self.done, end)
            if self.pasted.tells_again(what, start, end):
                continue
            verdict, found = self.verdict_of(reading), None
            if self.pasted.has_room:
                ways = (*self.ways, *(way for way in record.ways if way not in self.ways))
                begins = line + text.count("\n", 0, record.start)
                found = Found(record.kind, record.body, verdict, ways, begins, start, end)
            self.pasted.add(what, verdict, found)

    def _take_as_body(self, text: str) -> None:
        """A text in which nothing is known is the body itself, and judged as that."""
        body = encode(text.strip("\r\n"), "replace")
        reading = reading_of(body)
        verdict = self.verdict_of(reading)
        found = Found(Kind.RAW, body, verdict, self.ways, 1, 0, len(text))
        self.pasted.add(digest(reading), verdict, found)


def _plainly(record: Record) -> Reading:
    """What a plain result says. Its body is only written where something asks for it."""
    reading = plain_reading(record.exact or b"", dict(record.pairs))
    return reading_of(record.body) if reading.malformed else reading


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without these places of it, which stand in order."""
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(text[at:start])
        at = max(at, end)
    return BREAK.join((*pieces, text[at:]))


def _own_part(text: str, *, ends: bool) -> int:
    """How many characters of the text are one window's own: whole lines, where there are any."""
    if ends and len(text) <= WINDOW + OVERLAP:
        return len(text)
    return text.rfind("\n", 0, WINDOW) + 1 or WINDOW
