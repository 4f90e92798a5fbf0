"""Results that stand there plainly, found at the speed of one pattern: most of every large file.

Only what can be read in one way is plain: the seven parameters in the interface's order and
spelling, told apart alike, each signed one with its shape and nothing escaped in it, and nothing
beside them that may belong to them. Whatever else looks like a result is left to the other readers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.protocol.pasted.found import Kind, Record
from app.protocol.pasted.names import NAMES, occurrences

_SHAPES = {
    "ShopID": "[0-9A-Za-z]{1,13}",
    "OrderID": "[0-9A-Za-z-]{1,27}",
    "Status": "PAYSUCCESS|PAYFAIL",
    "TranDate": "[0-9]{14}",
    "CheckString": "[0-9A-Fa-f]{32}",
    "ErrCode": r"(?:[0-9A-Z]{3}(?:(?:\||%7C)[0-9A-Z]{3})*)?",
    "ErrInfo": r"(?:[0-9A-Z]{9}(?:(?:\||%7C)[0-9A-Z]{9})*)?",
}


def _in_order(pair: str, between: str) -> str:
    """A pattern for the seven pairs. In `pair` N stands for the name and V for the value."""
    pairs = [
        pair.replace("N", "\0").replace("V", f"(?P<{name}>{shape})").replace("\0", name)
        for name, shape in _SHAPES.items()
    ]
    return pairs[0] + between + "(?P=e)".join(pairs[1:])


# Each is tried where "ShopID" stands, at what must stand before it: patterns that were searched for
# would cost many times as much.
_FORM = re.compile(_in_order("N=V", "(?P<e>&)") + r"(?![^\s\"'])")
_OBJECT = re.compile(
    _in_order('"N"(?P=s)"V"', r"(?P<e>\s{0,20},\s{0,20})").replace(
        "(?P=s)", r"(?P<s>\s{0,5}:\s{0,5})", 1
    )
    + r"\s{0,20}\}"
)
_LINES = re.compile(
    r"(?P<p>[ \t]{0,20})"
    + _in_order("N(?P=s)V", r"(?P<e>\r?\n(?P=p)|,? |\t)").replace(
        "(?P=s)", r"(?P<s>[ \t]{0,20}[:=][ \t]{0,20})", 1
    )
    + r"[ \t]*\r?$",
    re.MULTILINE,
)
_HEAD = re.compile(r"(\"?)\w{1,40}\1(?P<d>[,;\t])\1\w{1,40}\1(?:(?P=d)\1\w{1,40}\1){3,20}")
_SIGNED = set(NAMES[:5])
_BEFORE = 20  # blanks


@dataclass
class PlainReader:
    """One text on its way. `_row` is of a table that has not ended yet; `_heads` is how many more
    heads are tried, of which each costs as much as many rows."""

    _row: re.Pattern[str] | None = None
    _heads: int = 1_000

    def records(self, text: str, skip: int, own: int) -> list[Record]:
        """What is plain of the results that begin between `skip` and `own`, in order."""
        found, at = self._rows(text, skip, own)
        place = text.find("ShopID", at)
        while 0 <= place < own:
            record = self._at(text, place, at)
            if record is not None:
                found.append(record)
                at = record.end
            elif self._opens(text, place, at):
                rows, at = self._rows(text, text.find("\n", place) + 1, own)
                found += rows
            place = text.find("ShopID", max(at, place + 1))
        return found

    def _at(self, text: str, place: int, floor: int) -> Record | None:
        """The result of which this name is the first; nothing before `floor` is of it."""
        before = text[max(floor, place - 1) : place]
        if (not before or before in _APART) and (match := _FORM.match(text, place)):
            return _record(Kind.FORM, match)
        if before == '"':
            brace = text.rfind("{", max(floor, place - 1 - _BEFORE), place - 1)
            blank = brace >= 0 and not text[brace + 1 : place - 1].strip()
            if blank and (match := _OBJECT.match(text, place - 1)):
                return _record(Kind.PAIRS, match, brace)
        line = max(floor, text.rfind("\n", max(floor, place - _BEFORE - 1), place) + 1)
        starts = line == 0 or text[line - 1] == "\n"
        if starts and not text[line:place].strip(" \t") and (match := _LINES.match(text, line)):
            return _record(Kind.PAIRS, match) if _is_alone(text, match, floor) else None
        return None

    def _opens(self, text: str, place: int, floor: int) -> bool:
        """Whether this name stands in the head of a plain table, whose rows come next."""
        line = max(floor, text.rfind("\n", floor, place) + 1)
        end = text.find("\n", place)
        tried = self._heads > 0 and 0 <= end < line + 2_000
        head = _HEAD.fullmatch(text[line:end].rstrip("\r")) if tried else None
        if head is None:
            return False
        self._heads -= 1
        names = [cell.strip('"') for cell in head[0].split(head["d"])]
        known = [one.name for name in names for one in occurrences(name)]
        if len(known) != len(set(known)) or not set(names) >= _SIGNED:
            return False
        other = rf'[^"\r\n{re.escape(head["d"])}]*'
        cells = (
            f'"?(?P<{name}>{_SHAPES[name]})"?' if name in _SHAPES else f'"?{other}"?'
            for name in names
        )
        self._row = re.compile(re.escape(head["d"]).join(cells) + r"\r?$", re.MULTILINE)
        return True

    def _rows(self, text: str, at: int, own: int) -> tuple[list[Record], int]:
        """The rows from here on of the table that has not ended, and where they end."""
        found: list[Record] = []
        while self._row is not None and at < own:
            match = self._row.match(text, at)
            if match is None:
                self._row = None
                break
            found.append(_record(Kind.TABLE, match))
            at = match.end() + 1
        return found, at


_APART = frozenset(" \t\r\n\"'")
"""Before a form, and behind it: what is no part of one."""


def _is_alone(text: str, match: re.Match[str], floor: int) -> bool:
    """Whether the lines around these are none of the same result: a name may come twice in it."""
    start, end = match.span()
    line = text.rfind("\n", 0, max(0, start - 1)) + 1
    before = text[max(floor, line) : start]
    stop = text.find("\n", end + 1)
    after = text[end : len(text) if stop < 0 else stop].lstrip()
    names = [*occurrences(before), *occurrences("" if after.startswith("ShopID") else after)]
    return not names


def _record(kind: Kind, match: re.Match[str], opened: int | None = None) -> Record:
    values = match.groupdict("")
    start, end = match.span()
    exact = match[0].encode("ascii") if kind is Kind.FORM else None
    pairs = tuple((name, values[name]) for name in NAMES if name in values)
    span = (start if opened is None else opened, end)
    return Record(kind, start, end, pairs, span, (), exact, final=True)
