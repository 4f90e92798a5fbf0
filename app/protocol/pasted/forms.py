"""Forms: `name=value&…`, bare, behind a `?`, or anywhere in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.protocol.checkstring import SIGNED
from app.protocol.pasted.found import Kind, Record, Way, reading_of
from app.protocol.pasted.names import NAMES, well_shaped
from app.protocol.pasted.view import WIDE, View
from app.protocol.text import encode

HEAD = 2_000
"""Characters before the first name in which the form may begin: what else its query carries."""

_ENDS = re.compile(r"[\s\"'<>`｜「」『』“”]")
_LAST_CODES = re.compile(r"&ErrInfo=(?:[0-9A-Z]{9}(?:(?:\||%7C)[0-9A-Z]{9})*)?")
_CLOSERS = ")]},;.。、）】"


def forms(view: View) -> Iterator[Record]:
    """Every form in the view that names two parameters of a result or more."""
    text, at = view.text, 0
    for name in view.names:
        if name.start < at or text[name.end : name.end + 1] != "=":
            continue
        match = _ENDS.search(text, name.end)
        end = match.start() if match else len(text)
        start = _start(text, name.start, at)
        yield from _readings(view, start, end)
        at = end


def _start(text: str, name: int, least: int) -> int:
    """Where the form begins of which this is the first name that a result has."""
    floor = max(least, name - HEAD)
    head = re.split(r"[\s\"'<>`?？：]", text[floor:name])[-1]
    start = name
    for pair in reversed(head.split("&")[:-1]):
        if "=" not in pair:
            break
        start -= len(pair) + 1
    return start


def _readings(view: View, start: int, end: int) -> Iterator[Record]:
    if Way.WRAP in view.ways(0, view.place(len(view.text))):
        # What follows the last code is the beginning of another line.
        codes = _LAST_CODES.search(view.text, start, end)
        end = codes.end() if codes else end
    yield from _reading(view, start, end)
    bare = view.text[start:end].rstrip(_CLOSERS)
    alone = not (view.text[:start].strip() or view.text[end:].strip())
    if not alone and len(bare) < end - start:  # what closes a sentence or a bracket is no value
        yield from _reading(view, start, start + len(bare))


def _reading(view: View, start: int, end: int) -> Iterator[Record]:
    form = view.text[start:end]
    body = encode(form, "replace")
    values = reading_of(body).values
    known = [name for name in values if name in NAMES]
    if len(known) < 2 or set(known).isdisjoint(SIGNED):
        return
    pairs = tuple((name, values[name]) for name in values)
    even = _is_even(view, start, end)
    # A value that ends the form may go on behind a line break.
    final = well_shaped(values) == len(SIGNED) and known[-1] not in {"ShopID", "OrderID"}
    yield view.record(Kind.FORM, pairs, start, end, body, even=even, final=final)


def _is_even(view: View, start: int, end: int) -> bool:
    """Whether no value can hold a separator that was escaped where the others are not."""
    if not any(view.depths[start:end]):
        return True
    signs: set[int] = set()
    values: set[int] = set()
    at = start
    for pair in view.text[start:end].split("&"):
        name, _, value = pair.partition("=")
        behind = at + len(name) + 1
        values.update(view.depths[behind : behind + len(value)])
        at += len(pair) + 1
        signs.update(view.depths[at - 1 : min(at, end)])
    deepest = max((depth % WIDE for depth in signs), default=0)
    return len(signs) <= 1 and max(depth % WIDE for depth in values or {0}) <= deepest
