"""What a reader finds: results, how each was read, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from urllib.parse import quote_plus

from app.protocol.checkstring import SIGNED, Verdict
from app.protocol.pasted.effort import Spans
from app.protocol.reading import Reading, read_result
from app.protocol.text import encode


class Kind(StrEnum):
    """What a result was taken for."""

    FORM = "form"  # a body or a query string, wherever it stands
    PAIRS = "pairs"  # names, each with its value
    TABLE = "table"  # names in a head, values in rows
    SHAPES = "shapes"  # values without names
    RAW = "raw"  # nothing known: the text is taken as the body itself


class Way(StrEnum):
    """What was undone to read a result."""

    INVISIBLE = "invisible"
    HTML = "html"
    TAGS = "tags"
    BACKSLASH = "backslash"
    SYSTEM_LOG = "system-log"
    CARET = "caret"
    TERMINAL = "terminal"
    REVERSED = "reversed"
    PERCENT = "percent"
    QUOTED_PRINTABLE = "quoted-printable"
    DOUBLED_QUOTES = "doubled-quotes"
    WIDTH = "width"
    WRAP = "wrap"
    BASE64 = "base64"
    BYTES = "bytes"
    PACKED = "packed"
    COMPRESSED = "compressed"
    VISIBLE = "visible"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"
    SHIFT_JIS = "shift-jis"
    EUC_JP = "euc-jp"
    ISO_2022_JP = "iso-2022-jp"
    NOT_TEXT = "not-text"  # some bytes are none: they were replaced


@dataclass(frozen=True)
class Record:
    """One reading of a place. `start` and `end` are its place in the text as it came."""

    kind: Kind
    start: int
    end: int
    pairs: tuple[tuple[str, str], ...]
    span: tuple[int, int]  # its place in the view it was read in
    ways: tuple[Way, ...] = ()
    exact: bytes | None = None  # a form's own bytes
    even: bool = True  # whether all its separators are alike: else a value may hold one
    final: bool = False  # whether every value is bounded, so that no other view can say more

    @cached_property
    def body(self) -> bytes:
        """The result as it would have arrived at RetURL."""
        return encoded(self.pairs) if self.exact is None else self.exact

    @cached_property
    def values(self) -> dict[str, str]:
        """Each name with its first value."""
        return dict(reversed(self.pairs))


@dataclass
class Found:
    """A result, and where it stands first. `places` are all that tell of it."""

    kind: Kind
    body: bytes
    verdict: Verdict
    ways: tuple[Way, ...]
    line: int  # counted from 1
    start: int  # in characters, counted from 0
    end: int
    places: Spans = field(default_factory=Spans)

    def __post_init__(self) -> None:
        self.places.add(self.start, self.end)

    @property
    def verified(self) -> bool:
        """Whether it may be believed."""
        return self.verdict is Verdict.VERIFIED

    @property
    def times(self) -> int:
        """How often the text tells exactly this."""
        return len(self.places)


@dataclass(frozen=True)
class Unread:
    """A place that looks like a result and is none: where reading ended, and what is missing."""

    line: int
    column: int
    excerpt: str
    missing: tuple[str, ...] = ()
    uneven: bool = False  # its values are not told apart alike: one may be a piece of another


KEPT = 2_000
"""Results of one text that are kept whole; the others are judged and counted."""


@dataclass
class Pasted:
    """All that a text holds, in its order. `results` are the first KEPT, `counts` count all."""

    results: list[Found] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)
    unread: list[Unread] = field(default_factory=list)
    cut: Unread | None = None  # the text ends before its last result does
    stopped: int | None = None  # the line behind which only what is plain was found
    lines: int = 1
    # By a digest of what each says: a text may hold a hundred thousand of them.
    _known: dict[int, Found | None] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> int:
        """How many different results the text holds."""
        return self.counts.total()

    @property
    def has_room(self) -> bool:
        """Whether the next result is kept whole."""
        return len(self.results) < KEPT

    def tells_again(self, what: int, start: int, end: int) -> bool:
        """Whether this result is here already: then this is one more place that tells of it.
        `what` is what it says, as `digest` has it."""
        if what not in self._known:
            return False
        found = self._known[what]
        if found is not None and not found.places.overlap(start, end):
            found.places.add(start, end)
        return True

    def add(self, what: int, verdict: Verdict, found: Found | None) -> None:
        """One more result; `found` only where there is room for it."""
        self.counts[verdict] += 1
        self._known[what] = found
        if found is not None:
            self.results.append(found)


@lru_cache(maxsize=1_000)
def reading_of(body: bytes) -> Reading:
    """What the body says; the same body is read only once."""
    return read_result(body)


def digest(reading: Reading) -> int:
    """What tells one result from another: what is signed of it; of a malformed one, all of it."""
    if reading.malformed:
        return hash(reading.raw)
    return hash(tuple(reading.signed.get(name) for name in SIGNED))


def encoded(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The pairs as a form."""
    return b"&".join(_escaped(name) + b"=" + _escaped(value) for name, value in pairs)


def _escaped(value: str) -> bytes:
    if value.isascii() and value.isalnum():
        return value.encode()
    return quote_plus(encode(value, "replace")).encode("ascii")
