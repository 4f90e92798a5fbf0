"""Values whose names are lost, told by their shapes; which is which, the CheckString decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, product

from app.protocol.checkstring import SIGNED
from app.protocol.pasted.effort import Effort
from app.protocol.pasted.found import Kind, Record
from app.protocol.pasted.names import fits, occurrences
from app.protocol.pasted.view import View

TRIED_AT_MOST = 64
"""Combinations tried for one place."""

AROUND = 8
"""Lines above and below a status in which the other values stand, where each has its own line."""

LONGEST = 2_000
"""Characters on either side of a status in which its other values stand."""

_STATUS = re.compile(r"(?<![0-9A-Za-z-])(?:PAYSUCCESS|PAYFAIL)(?![0-9A-Za-z-])")
_SIGNATURE = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{32}(?![0-9A-Za-z-])")
_TOKEN = re.compile(r"[^\s,;|\"'<>()\[\]{}=:、，；｜：＝*│。「」]+")
_BEFORE, _AFTER = ">&)]}", ":=<&([{："
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("「", "」"))
_NAMED = {"OrderID", "Status", "TranDate", "CheckString"}

Verifies = Callable[[Record], bool]


def shapes(view: View, verifies: Verifies, effort: Effort) -> Iterator[Record]:
    """A result at each status that stands without a name. Raises Exhausted."""
    text, until = view.text, 0
    for status in _STATUS.finditer(text):
        if status.start() < until:
            continue
        for start, end in _places(text, status.start(), until):
            effort.spend(2 * (end - start))
            if not _SIGNATURE.search(text, start, end):
                continue
            if any(name.name in _NAMED for name in occurrences(text[start:end])):
                continue
            found = _result(view, start, end, status.start(), verifies)
            if found:
                until = end
                yield found
                break


def _places(text: str, at: int, least: int) -> Iterator[tuple[int, int]]:
    """The line of a status, then the lines around it too."""
    least, most = max(least, at - LONGEST), min(len(text), at + LONGEST)
    above, below = text[least:at], text[at:most]
    yield at - len(above.rpartition("\n")[2]), at + len(below.partition("\n")[0])
    yield (
        at - sum(map(len, above.splitlines(keepends=True)[-AROUND:])),
        at + sum(map(len, below.splitlines(keepends=True)[:AROUND])),
    )


def _result(view: View, start: int, end: int, status: int, verifies: Verifies) -> Record | None:
    tokens = [token for token in _TOKEN.finditer(view.text, start, end) if _is_whole(token)]
    by_name = {name: [one for one in tokens if fits(name, one[0])] for name in SIGNED}
    by_name["Status"] = [one for one in by_name["Status"] if one.start() == status]
    if _is_balanced(view.text[start:end]):
        for name, found in by_name.items():
            by_name[name] = sorted(found, key=lambda one: abs(one.start() - status))[:8]
        choices = product(*(by_name[name] for name in reversed(SIGNED)))
        for choice in islice(choices, TRIED_AT_MOST):
            record = _record(view, list(reversed(choice)))
            if len(set(choice)) == len(choice) and verifies(record):
                return record
    return _in_order(view, tokens, status)


def _is_whole(token: re.Match[str]) -> bool:
    """Whether nothing beside a token shows that it is only a piece of a value."""
    text = token.string
    before, after = (
        text[max(0, token.start() - 1) : token.start()],
        text[token.end() : token.end() + 1],
    )
    return not (before and before in _BEFORE) and not (after and after in _AFTER)


def _is_balanced(row: str) -> bool:
    """Whether every bracket and quote has its other half."""
    pairs = all(row.count(opening) == row.count(closing) for opening, closing in _BRACKETS)
    return pairs and row.count('"') % 2 == 0 and row.count("'") % 2 == 0


def _in_order(view: View, tokens: list[re.Match[str]], status: int) -> Record | None:
    """The five as the interface orders them, side by side, though they do not verify."""
    for place, token in enumerate(tokens):
        five = tokens[place - 2 : place + 3] if place >= 2 else []
        if token.start() == status and len(five) == len(SIGNED):
            fit = sum(fits(name, one[0]) for name, one in zip(SIGNED, five, strict=True))
            return _record(view, five) if fit >= len(SIGNED) - 1 else None
    return None


def _record(view: View, tokens: list[re.Match[str]]) -> Record:
    start, end = min(one.start() for one in tokens), max(one.end() for one in tokens)
    named = zip(SIGNED, (one[0] for one in tokens), strict=True)
    return view.record(Kind.SHAPES, named, start, end)
