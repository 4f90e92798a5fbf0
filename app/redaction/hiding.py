"""Finding secrets in a text however they are written, and putting a mask in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.redaction.codings import DIGITS, ESCAPES, STRETCHES, Coding, Digits, Span
from app.redaction.known import forms_of, needles
from app.redaction.names import LOOSE

MASK = "••••••"

DEPTH = 4
"""How often a text is undone: two ways upon each other, each of them twice."""

BUDGET = 1 << 20
"""Bytes of readings of one text: noise made to be undone in a thousand ways ends there."""

ROUNDS = 8
"""How often a text is looked through anew once something was hidden in it."""

_TELLING_LENGTH = 4

_MASK = MASK.encode()


class _Reading(NamedTuple):
    data: bytes
    ways: tuple[Coding, ...]
    depth: int


def redacted(text: str, also: Iterable[str] = ()) -> str:
    """The text without any secret. `also`: further ones, known of this text alone.

    Takes some 50 µs a line; it is for what leaves, and nothing that customers wait for.
    """
    return without(LOOSE.sub(rf"\g<1>{MASK}", text), also)


def redacted_values(value: Any) -> Any:
    """The same of every text within JSON's mappings and sequences. Names are ours and stay."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {name: redacted_values(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [redacted_values(each) for each in value]
    return value


def without(text: str, also: Iterable[str] = ()) -> str:
    """The text without the secrets themselves, whatever they are called."""
    wanted = (*needles(), *forms_of(also, _TELLING_LENGTH))
    data = text.encode("utf-8", "surrogatepass")
    left = replaced(data, wanted, _MASK)
    return text if left == data else left.decode("utf-8", "replace")


def replaced(data: bytes, wanted: Sequence[bytes], by: bytes) -> bytes:
    """The bytes with something else wherever one of those wanted stands, however it is written."""
    for _ in range(ROUNDS):
        spans = sorted(_found(data, wanted))
        if not spans:
            return data
        data = _put_in(data, spans, by)
    return by


def _found(data: bytes, wanted: Sequence[bytes]) -> Iterator[Span]:
    readings = list(_readings(data))
    # Nearly always there is nothing: of all readings at once that is said soonest.
    together = b"\xff".join(reading.data for reading in readings)
    for needle in [one for one in wanted if one in together]:
        for reading in readings:
            at = reading.data.find(needle)
            while at >= 0:
                yield _origin(data, reading.ways, (at, at + len(needle)))
                at = reading.data.find(needle, at + 1)


def _readings(data: bytes) -> Iterator[_Reading]:
    """The text as it stands, then undone once in each way, twice, and so on."""
    waiting = [_Reading(data, (), 0)]
    seen, left = {(data, False)}, max(BUDGET, 8 * len(data))
    for reading in waiting:
        yield reading
        if reading.depth == DEPTH:
            continue
        for further in _undone(reading):
            left -= len(further.data)
            if left < 0:
                return
            # What was read out of digits is still to be told from noise, and may be all text.
            known = further.data, isinstance(further.ways[-1], Digits)
            if known not in seen:
                seen.add(known)
                waiting.append(further)


def _undone(reading: _Reading) -> Iterator[_Reading]:
    data, ways, depth = reading
    if ways and isinstance(ways[-1], Digits):
        # Nearly all of it is noise, of which there would be readings without end.
        if text := STRETCHES.undo(data):
            yield _Reading(text, (*ways, STRETCHES), depth)
        return
    for way in (*ESCAPES, *DIGITS):
        written = way.undo(data)
        if written:
            yield _Reading(written, (*ways, way), depth + 1)


def _origin(data: bytes, ways: Sequence[Coding], span: Span) -> Span:
    """Where in the text itself that stands which was found in a reading of it."""
    steps = []
    for way in ways:
        steps.append(way.spans(data))
        data = way.undo(data) or b""
    for spans in reversed(steps):
        touched = spans[span[0] : span[1]]
        span = min(start for start, _ in touched), max(end for _, end in touched)
    return span


def _put_in(data: bytes, spans: Sequence[Span], by: bytes) -> bytes:
    pieces, last = [], 0
    for start, end in spans:
        if start >= last:
            pieces += [data[last:start], by]
        last = max(last, end)
    return b"".join((*pieces, data[last:]))
