"""Tables: the names in a head, and under it, or in brackets behind it, rows of values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from app.protocol.checkstring import SIGNED
from app.protocol.pasted.found import Kind, Record
from app.protocol.pasted.names import Occurrence, well_shaped
from app.protocol.pasted.view import View

COLUMNS = 4
"""Distinct names that a head has at least; and values with their shape that a row has."""

SEAM = 200
"""Characters between two names of a head."""

LEFT = 2_000
"""Characters left of the first name in which other columns of its head stand."""

_RULE = re.compile(r"[\s|+:=─-╿-]*")
_BRACKETED = re.compile(r"\s*,?\s*[(\[]([^()\[\]\n]*)[)\]]")
_BEFORE_ROWS = re.compile(r"[)\]][^()\[\];]{0,80}(?:\[(?=\s*[\[(]))?")
_DELIMITER = re.compile(r"[\s\"'`*]{0,40}?([,;|\t│])")
_OTHER = re.compile(r"[\w ]{0,40}")
_DECORATION = " \t\"'`*"
_BLANKS = re.compile(r"[ \t]{1,200}(?:\w{1,40}[ \t]{1,200})*")


@dataclass(frozen=True)
class _Head:
    columns: tuple[tuple[int, str], ...]  # which column holds which parameter
    width: int  # how many columns there are
    delimiter: str  # a blank where columns are aligned
    offsets: tuple[int, ...]  # where each of `columns` begins in its line
    start: int
    end: int


def tables(view: View) -> Iterator[Record]:
    """Every row of every table in the view."""
    for head in _heads(view.text, view.names):
        yield from _rows(view, head)


def _heads(text: str, names: Sequence[Occurrence]) -> Iterator[_Head]:
    for line, group in groupby(names, lambda name: text.rfind("\n", 0, name.start)):
        for run in _runs(text, list(group)):
            if len({name.name for name in run}) >= COLUMNS and (head := _head(text, line + 1, run)):
                yield head


def _runs(text: str, names: list[Occurrence]) -> Iterator[list[Occurrence]]:
    """Names between which nothing but a delimiter and other columns' names stands."""
    run = names[:1]
    for one, two in pairwise(names):
        seam = text[one.end : two.start]
        new = all(two.name != name.name for name in run)
        if new and len(seam) <= SEAM and (_is_seam(seam) or _BLANKS.fullmatch(seam)):
            run.append(two)
            continue
        yield run
        run = [two]
    yield run


def _is_seam(seam: str) -> bool:
    """Whether one delimiter, and between two of them at most another column's name, stands here."""
    delimiter = _DELIMITER.match(seam)
    if delimiter is None:
        return False
    first, *others, last = (cell.strip(_DECORATION) for cell in seam.split(delimiter[1]))
    return not first and not last and all(_OTHER.fullmatch(cell) for cell in others)


def _head(text: str, line: int, run: list[Occurrence]) -> _Head | None:
    end = text.find("\n", run[-1].end)
    end = len(text) if end < 0 else end
    line = max(line, run[0].start - LEFT)
    match = _DELIMITER.match(text, run[0].end, run[1].start)
    delimiter = match[1] if match else " "
    opened = max(text.rfind("(", line, run[0].start), text.rfind("[", line, run[0].start))
    start = line if opened < 0 else opened + 1
    closed = re.compile(r"[)\]]").search(text, run[-1].end, end)
    stop = closed.start() if opened >= 0 and closed else end
    cells = _cells(text[start:stop], delimiter)
    columns = []
    for name in run:
        column = len(_cells(text[start : name.start] + "x", delimiter)) - 1
        columns.append((column, name.name))
    offsets = tuple(name.start - line for name in run)
    return _Head(tuple(columns), len(cells), delimiter, offsets, start, stop)


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    quote = "'" if delimiter == "," and line.count("'") > line.count('"') else '"'
    try:
        [cells] = csv.reader([line], delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    except (csv.Error, ValueError):
        return []
    return [cell.strip(" \t\r`*") for cell in cells]


def _rows(view: View, head: _Head) -> Iterator[Record]:
    text = view.text
    in_brackets = text[head.end : head.end + 1] in {")", "]"}
    rows = _bracketed(text, head.end) if in_brackets else _lines(text, head.end + 1)
    for start, end in rows:
        if _RULE.fullmatch(text, start, end):
            continue
        values = _values(text[start:end], head)
        fit = well_shaped(values)
        if fit < COLUMNS - 1:
            return  # the table has ended
        final = fit == len(SIGNED)
        yield view.record(Kind.TABLE, values.items(), start, end, final=final)


def _bracketed(text: str, at: int) -> Iterator[tuple[int, int]]:
    before = _BEFORE_ROWS.match(text, at)
    match = _BRACKETED.match(text, before.end()) if before else None
    while match:
        yield match.span(1)
        match = _BRACKETED.match(text, match.end())


def _lines(text: str, at: int) -> Iterator[tuple[int, int]]:
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end > at:
            yield at, end
        at = end + 1


def _values(row: str, head: _Head) -> dict[str, str]:
    cells = _cells(row.rstrip("\r"), head.delimiter)
    if head.delimiter == " " and len(cells) != head.width:
        return _aligned(row, head)
    if len(cells) < head.width - 2:  # a sheet leaves out what is empty at the end
        return {}
    cells += [""] * head.width
    return {name: cells[column] for column, name in head.columns}


def _aligned(row: str, head: _Head) -> dict[str, str]:
    """Cells by where their columns begin, where empty ones leave no trace."""
    bounds = [*head.offsets, max(len(row), head.offsets[-1])]
    return {
        name: row[start:end].strip()
        for (_, name), start, end in zip(head.columns, bounds, bounds[1:], strict=False)
    }
