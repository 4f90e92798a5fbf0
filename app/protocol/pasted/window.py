"""One window of a text: read as it is, then with one thing after another undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count

from app.protocol.checkstring import SIGNED
from app.protocol.pasted.effort import Effort, Exhausted, Spans
from app.protocol.pasted.forms import forms
from app.protocol.pasted.found import Kind, Record, Unread, reading_of
from app.protocol.pasted.hidden import holds_bytes, may_hold_a_result, needles
from app.protocol.pasted.names import fits, missing, well_shaped
from app.protocol.pasted.pairs import pairs
from app.protocol.pasted.shapes import shapes
from app.protocol.pasted.tables import tables
from app.protocol.pasted.undoing import views_beyond
from app.protocol.pasted.view import BREAK, View, as_it_is
from app.protocol.reading import Reading

Verifies = Callable[[Reading], bool]
"""Whether a body that was read so verifies, byte for byte as it stands."""

Readings = Callable[[View], Iterator[Record]]

VIEWS = 32
"""Views of one window that are read at most."""

JUDGEMENT = 300
"""Units of work that judging one body costs."""

NAME = 40
"""Units that a name costs: it is asked what stands before it, behind it and in its line."""

NAMELESS = 4
"""What it costs to go by shapes alone: everything that may bring names to light comes first."""

AROUND = 1_000
"""Characters around a name or a status in which the rest of its result stands."""

NAMES_OF_A_RESULT = 3
"""Of the five parameters that are signed, or sign, so many make a result, if a doubtful one."""

EXCERPT = 80
"""Characters shown of a place that could not be read."""


class Window:
    """`read`: the places in it that have been read already, in order.
    `own`: characters in which the results begin that are this window's. `ends`: the text does."""

    def __init__(
        self,
        text: str,
        read: Sequence[tuple[int, int]],
        own: int,
        verifies: Verifies,
        effort: Effort,
        *,
        ends: bool,
    ) -> None:
        self._text = text
        self._own = own
        self._ends = ends
        self._verifies = verifies
        self._effort = effort
        self._judged: dict[bytes, bool] = {}
        self._verified: list[Record] = []
        self._doubtful: list[tuple[int, int, int, Record]] = []
        self._base = as_it_is(text).without(read)
        try:
            self._read()
            self._chosen = self._choose()
        except Exhausted:  # what does not verify so far might have done so in another view
            self._chosen = []

    def results(self) -> Iterator[tuple[Record, bool]]:
        """Every result that begins in this window, and whether it verifies."""
        chosen = [(record, True) for record in self._verified]
        chosen += [(record, False) for record in self._chosen if self._is_result(record)]
        yield from sorted(chosen, key=lambda one: one[0].start)

    def unread(self, line: int) -> list[Unread]:
        """The places that look like a result and are none."""
        places = [record for record in self._chosen if not self._is_result(record)]
        return [self._unread(record, line) for record in places if _is_telling(record)]

    def cut(self, line: int) -> Unread | None:
        """Where the text ends before its last result does."""
        if not self._ends:
            return None
        ends = len(self._text.rstrip(" \t\r\n\"'.…"))
        for record in (*self._verified, *self._chosen):
            told = self._is_result(record) or _is_telling(record)
            if told and record.end >= ends - len("CheckString") and _is_cut(record):
                return self._unread(record, line)
        return None

    def _unread(self, record: Record, line: int) -> Unread:
        before = self._text[: record.end]
        return Unread(
            line + before.count("\n"),
            len(before) - before.rfind("\n"),
            self._text[record.start : record.end][-EXCERPT:],
            missing(record.values),
            uneven=not record.even,
        )

    def _read(self) -> None:
        order = count()
        waiting = [(0, next(order), self._base, _named)]
        seen = {self._base.text}
        while waiting:
            _, _, view, readings = heappop(waiting)
            self._effort.spend(NAME * len(view.names))
            done = self._records(view, readings)
            if done:
                view = view.without(sorted(record.span for record in done))
                if not self._is_more():
                    return
            if readings is not _named:
                continue
            view = _narrowed(view)
            heappush(waiting, (view.cost + NAMELESS, next(order), view, self._nameless))
            for beyond in views_beyond(view, self._effort):
                if beyond.text not in seen and len(seen) < VIEWS:
                    seen.add(beyond.text)
                    heappush(waiting, (beyond.cost, next(order), beyond, _named))

    def _is_more(self) -> bool:
        """Whether anything outside what verifies looks like a result still."""
        done = (*self._verified, *(one[-1] for one in self._doubtful if one[-1].final))
        spans = sorted((record.start, record.end) for record in done)
        spans.append((self._own, len(self._text)))
        return may_hold_a_result(self._base.without(spans).text)

    def _records(self, view: View, readings: Readings) -> list[Record]:
        """Read a view. Returns what no other view can read better."""
        self._effort.spend(len(view.text))
        done = []
        for record in readings(view):
            self._effort.spend(JUDGEMENT)
            if record.start >= self._own:
                continue
            if self._is_verified(record):
                done.append(record)
                self._verified.append(record)
            else:
                done += [record] if record.final and record.even else []
                rank = -well_shaped(record.values)
                self._doubtful.append((rank, view.cost, len(self._doubtful), record))
        return done

    def _nameless(self, view: View) -> Iterator[Record]:
        """Readings by shapes, where no names have led to a result that only does not verify."""
        told = (
            (record.start, record.end)
            for rank, _, _, record in self._doubtful
            if -rank >= NAMES_OF_A_RESULT and record.kind is not Kind.SHAPES
        )
        named = Spans(told)
        for record in shapes(view, self._is_verified, self._effort):
            if not named.overlap(record.start, record.end):
                yield record

    def _is_verified(self, record: Record) -> bool:
        return record.even and self._verifies_as_it_stands(record.body)

    def _verifies_as_it_stands(self, body: bytes) -> bool:
        if body not in self._judged:
            self._effort.spend(JUDGEMENT)
            self._judged[body] = self._verifies(reading_of(body))
        return self._judged[body]

    def _choose(self) -> list[Record]:
        """Of all doubtful readings the best of each place, outside of what verifies."""
        chosen: list[Record] = []
        taken = Spans((record.start, record.end) for record in self._verified)
        told = _Told(self._verified)
        for *_, record in sorted(self._doubtful, key=lambda one: one[:3]):
            if not taken.overlap(record.start, record.end) and not told.again(record):
                taken.add(record.start, record.end)
                told.add(record)
                chosen.append(record)
        return sorted(chosen, key=lambda record: record.start)

    def _is_result(self, record: Record) -> bool:
        if not record.even and self._verifies_as_it_stands(record.body):
            return False  # by its values it would verify, but one may be a piece of another
        names = len(SIGNED) - len(missing(record.values))
        if record.kind is Kind.FORM:
            return names >= NAMES_OF_A_RESULT
        return min(names, well_shaped(record.values)) >= NAMES_OF_A_RESULT


class _Told:
    """Results that were told whole, to know what only repeats a part of them."""

    def __init__(self, records: list[Record]) -> None:
        self._by_value: dict[tuple[str, str], list[Record]] = {}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        for name in ("OrderID", "TranDate"):
            self._by_value.setdefault((name, record.values.get(name, "")), []).append(record)

    def again(self, record: Record) -> bool:
        """Whether this says less of a result that is told elsewhere, and nothing else."""
        values = {name: value for name, value in record.values.items() if name in SIGNED and value}
        if len(values) == len(SIGNED):
            return False
        name = "OrderID" if "OrderID" in values else "TranDate"
        others = self._by_value.get((name, values.get(name, "")), [])[:8]
        return any(values.items() <= other.values.items() for other in others)


def _narrowed(view: View) -> View:
    """Of a long view what may hold a result: the surroundings of what looks like a part of one."""
    if len(view.text) <= 4 * AROUND or holds_bytes(view.text):
        return view
    spans: list[tuple[int, int]] = []
    for place in needles(view.text):
        start, end = max(0, place - AROUND), min(len(view.text), place + AROUND)
        start = view.text.rfind(BREAK, start, place) + 1 or start
        after = view.text.find(BREAK, place, end)
        end = end if after < 0 else after
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return view.only(spans)


def _named(view: View) -> Iterator[Record]:
    """All readings by names."""
    in_forms = list(forms(view))
    yield from in_forms
    in_tables = list(tables(view))
    yield from in_tables
    yield from pairs(view, Spans(record.span for record in (*in_forms, *in_tables)))


def _is_cut(record: Record) -> bool:
    """Whether something of the result is not there, which may have stood behind its end."""
    name, value = record.pairs[-1]
    if missing(record.values) or (name in SIGNED and not fits(name, value)):
        return True
    begun = (record.exact or b"").rpartition(b"&")[2].decode("ascii", "replace")
    return any(begun and name.startswith(begun) for name in ("ErrCode", "ErrInfo"))


def _is_telling(record: Record) -> bool:
    """Whether this cannot be anything but a piece of a result."""
    values = record.values
    return any(fits(name, values.get(name, "")) for name in ("TranDate", "CheckString"))
