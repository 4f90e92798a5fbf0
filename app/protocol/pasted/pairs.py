"""Pairs: each name with its value behind it, as dumps, logs, tables and people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from app.protocol.checkstring import SIGNED
from app.protocol.pasted.effort import Spans
from app.protocol.pasted.found import Kind, Record
from app.protocol.pasted.names import Occurrence, fits
from app.protocol.pasted.values import REACH, Pair, with_values
from app.protocol.pasted.view import BREAK, WIDE, View

MOST = 30
"""Pairs that one result is told in at most, repetitions and all."""


BESIDE = 10
"""Characters between a parameter's two names, where both are given."""

_BESIDE = re.compile(r"[ \t（(「【\[/・|]*")


def pairs(view: View, taken: Spans) -> Iterator[Record]:
    """Every result told in pairs, outside the places that are taken."""
    text = view.text
    names = [name for name in view.names if not _is_closing(text, name)]
    names = [
        name
        for name, behind in zip(names, [*names[1:], None], strict=False)
        if not _is_said_again(text, name, behind)
    ]
    names = [name for name in names if not taken.overlap(name.start, name.end)]
    for record in _with_repetitions(text, _grouped(text, with_values(text, names))):
        start, end = record[0].start, max(record[-1].end, record[-1].start + 1)
        named = ((pair.name, pair.value) for pair in record)
        even = _is_alike(text, record) and _is_even(view, record)
        final = _is_final(record)
        yield view.record(Kind.PAIRS, named, start, end, even=even, final=final)


def _is_said_again(text: str, name: Occurrence, behind: Occurrence | None) -> bool:
    """Whether the same parameter's name in the other language stands behind this one."""
    if behind is None or behind.name != name.name or behind.start - name.end > BESIDE:
        return False
    return _BESIDE.fullmatch(text, name.end, behind.start) is not None


def _is_final(record: list[Pair]) -> bool:
    """Whether all five values have their shape, and those of no fixed length are in quotes."""
    fit = {pair.name for pair in record if fits(pair.name, pair.value)}
    quoted = {pair.name for pair in record if pair.quoted}
    return fit >= set(SIGNED) and quoted >= {"ShopID", "OrderID"}


def _is_closing(text: str, name: Occurrence) -> bool:
    return text[max(0, name.start - 2) : name.start] == "</"


def _grouped(text: str, found: Iterator[Pair]) -> Iterator[list[Pair]]:
    """Pairs that belong to one result. A name that comes again begins another."""
    record: list[Pair] = []
    for pair in found:
        seen = next((one for one in record if one.name == pair.name), None)
        if record and _is_apart(text, record[-1], pair):
            yield record
            record = [pair]
        elif seen is None:
            record.append(pair)
        elif _is_alien(pair, seen):
            continue
        elif _is_alien(seen, pair):
            record.remove(seen)
            record.append(pair)
        else:
            yield record
            record = [pair]
    if record:
        yield record


def _is_apart(text: str, one: Pair, two: Pair) -> bool:
    return two.start - one.end > REACH or BREAK in text[one.end : two.start]


def _is_alien(pair: Pair, other: Pair) -> bool:
    """Whether this is some other system's parameter beside the other: a `status` of 200."""
    return pair.spelt != other.name and not fits(pair.name, pair.value)


_NEXT = re.compile(r"[\s,;&\"'|*>•●・-]*")
_PARAGRAPH = re.compile(r"\n\s*\n")


def _with_repetitions(text: str, records: Iterator[list[Pair]]) -> Iterator[list[Pair]]:
    """The records, with names that come once more right behind one taken as part of it."""
    before: list[Pair] = []
    for record in records:
        if before and _is_repetition(text, before, record):
            before += record
            continue
        if before:
            yield before
        before = record
    if before:
        yield before


def _is_repetition(text: str, before: list[Pair], record: list[Pair]) -> bool:
    """Whether these few names go on with the result before them, apart as its own are."""
    names = {pair.name for pair in record} & set(SIGNED)
    if len(before) > MOST or len(names) > 2 or not names <= {pair.name for pair in before}:
        return False
    seam = text[before[-1].end : record[0].start]
    if _NEXT.fullmatch(seam) and not _PARAGRAPH.search(seam):
        return True
    return any(seam == text[one.end : two.start] for one, two in pairwise(before))


def _is_alike(text: str, record: list[Pair]) -> bool:
    """Whether one sign ends each value: where it does not, a value may have been cut short."""
    ends = set()
    for pair, following in pairwise(record):
        if pair.value and not pair.quoted and pair.name in SIGNED:
            seam = text[pair.end : following.start].lstrip(" \t\r\u00a0\u3000")
            ends.add("w" if seam[:1].isalnum() else seam[:1])
    return len(ends) <= 1


def _is_even(view: View, record: list[Pair]) -> bool:
    """Whether no value can hold a separator that was escaped where the others are not."""
    if not any(view.depths[record[0].start : record[-1].end]):
        return True
    seams = [view.depth(one.end, two.start) for one, two in pairwise(record) if one.end < two.start]
    deepest = max((depth % WIDE for seam in seams for depth in seam), default=0)
    values = [view.depth(one.at, one.end) for one in record if one.name in SIGNED]
    within = max((depth % WIDE for value in values for depth in value), default=0)
    return len(set(seams)) <= 1 and within <= deepest + 1
