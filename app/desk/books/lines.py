"""A pasted text or a file as records of cells: what parts them, and lines that hold line breaks."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

SAMPLE_LINES = 50
"""Lines by which it is told what parts the cells."""

QUOTED_LINES, QUOTED_LENGTH = 20, 8 * 1024
"""The most that one quoted cell may go on: a quote that is never closed must not swallow a file."""

LINE_LENGTH = 16 * 1024
"""Characters of a line that are looked at: no line of a book is longer."""

CELLS = 200

DELIMITERS = ("\t", ";", ",", "，", "；", "、")
"""What may part cells; of several that fit alike the first is taken."""

BLANKS, WHOLE = " ", ""
"""Where nothing of these does: blanks, where most lines have as many; else a line is one cell."""

_AMOUNT_AFTER_BLANK = re.compile(r"(?<=[\s¥\\])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")


class Record(NamedTuple):
    """The cells of one record, and the line that it begins in, counted from 1."""

    line: int
    cells: Sequence[str]


def lines_of(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, whichever way they are ended."""
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    held = ""
    for piece in pieces:
        held += newlines.decode(piece)
        *whole, held = held.split("\n")
        yield from whole
    held += newlines.decode("", final=True)
    yield from held.split("\n")


def delimiter_of(sample: Sequence[str]) -> str:
    """What parts the cells of these lines."""
    lines = [_outside_quotes(text) for _, text in _joined(sample) if text.strip()]
    plain = [_AMOUNT_AFTER_BLANK.sub("", line) for line in lines]
    fits = [_fit(plain, delimiter) for delimiter in DELIMITERS]
    if best := max(fits):
        return DELIMITERS[fits.index(best)]
    return BLANKS if _fit([" ".join(line.split()) for line in lines], BLANKS) else WHOLE


def records_of(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Each record that has anything in it."""
    for number, text in _joined(lines):
        cells = _cells(text, delimiter)
        if any(cell.strip() for cell in cells):
            yield Record(number, cells)


def _fit(lines: Sequence[str], delimiter: str) -> int:
    """How many lines have the number of these that most lines have, which is not none."""
    counts = Counter(line.count(delimiter) for line in lines)
    usual, times = max(counts.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    # In a plain list a comma may stand here and there: then most lines have none.
    return times if usual else 0


def _outside_quotes(line: str) -> str:
    return "".join(line[:LINE_LENGTH].split('"')[::2])


def _joined(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines, those joined between which a quoted cell goes on; each with its first one's number."""
    begun: list[str] = []
    first = 1
    for number, whole in enumerate(lines, 1):
        line = whole[:LINE_LENGTH]
        if not begun and line.count('"') % 2 == 0:
            yield number, line
            continue
        first = first if begun else number
        begun.append(line)
        if len(begun) > 1 and line.count('"') % 2:
            yield first, "\n".join(begun)
            begun = []
        elif len(begun) > QUOTED_LINES or sum(map(len, begun)) > QUOTED_LENGTH:
            yield from enumerate(begun, first)
            begun = []
    yield from enumerate(begun, first)


def _cells(text: str, delimiter: str) -> Sequence[str]:
    if '"' not in text:
        return _split(text, delimiter)[:CELLS]
    if text.count('"') % 2:
        return _split(text.replace('"', ""), delimiter)[:CELLS]
    if delimiter == WHOLE:
        return [text]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [cell for row in reader for cell in row][:CELLS]


def _split(text: str, delimiter: str) -> Sequence[str]:
    if delimiter == WHOLE:
        return [text]
    return text.split() if delimiter == BLANKS else text.split(delimiter)
