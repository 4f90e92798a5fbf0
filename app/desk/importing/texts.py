"""A file as pieces of text: whatever its charset, packed by gzip or not, and never held whole."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

from app.protocol.pasted import Way
from app.protocol.pasted.charset import charset_of
from app.protocol.pasted.names import occurrences

CHUNK = 64 * 1024
"""Bytes that are read at once."""

SAMPLE = 1024 * 1024
"""Bytes by which the charset is told."""

ROWS = 24 * 1024
"""Characters of a table that are read together, its head before them: rows without it are told by
their CheckString alone."""

HEAD_NAMES = 4
"""Distinct names of parameters that make a line the head of a table."""

HEAD_LENGTH = 4 * 1024

_VALUES = re.compile(r"[=:]|\d{14}|[0-9A-Fa-f]{32}")
"""What stands in no head: names with their values, or values."""

_GZIP = b"\x1f\x8b"


class NotReadable(Exception):
    """The file is packed, and cannot be unpacked to its end."""


class Part(NamedTuple):
    """A stretch of a file, which begins at `line`, counted from 1. `headed`: the head of the table
    that it continues stands before it."""

    line: int
    pieces: Iterable[str]
    headed: bool = False


def text_of(file: BinaryIO) -> tuple[Iterator[str], tuple[Way, ...]]:
    """The text in pieces, and how it was written where that is not UTF-8. They raise NotReadable
    where a packed file breaks off."""
    chunks = _chunks(file)
    beginning = b""
    for chunk in chunks:
        beginning += chunk
        if len(beginning) >= SAMPLE:
            break
    # By whole lines: half a character at the end is in no charset.
    sample = beginning[: beginning.rfind(b"\n") + 1] or beginning
    charset, ways = charset_of(sample if len(beginning) >= SAMPLE else beginning)
    return _decoded(chain([beginning], chunks), charset), ways


def parts_of(text: Iterator[str]) -> Iterator[Part]:
    """The text as it is read: in one part, or a table in many, each under its head."""
    begun = next(text, "")
    head, _, _ = begun.partition("\n")
    is_head = len(head) <= HEAD_LENGTH and _is_head(head)
    if not is_head:
        yield Part(1, chain([begun], text))
        return
    line = 2
    for rows in _rows(begun[len(head) + 1 :], text):
        yield Part(line, [f"{head}\n{rows}"], headed=True)
        line += rows.count("\n")


def _is_head(line: str) -> bool:
    names = {one.name for one in occurrences(line)}
    return len(names) >= HEAD_NAMES and not _VALUES.search(line)


def _rows(begun: str, text: Iterator[str]) -> Iterator[str]:
    """Whole lines, about ROWS characters of them at a time."""
    waiting, coming = begun, iter(text)
    ended = False
    while waiting or not ended:
        while not ended and len(waiting) < ROWS:
            piece = next(coming, None)
            ended = piece is None
            waiting += piece or ""
        end = len(waiting) if ended and len(waiting) <= ROWS else waiting.rfind("\n", 0, ROWS) + 1
        end = end or waiting.find("\n", ROWS) + 1 or len(waiting)
        if end:
            yield waiting[:end]
        waiting = waiting[end:]


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    is_packed = file.read(2) == _GZIP
    file.seek(0)
    opened = gzip.GzipFile(fileobj=file) if is_packed else file
    try:
        while chunk := opened.read(CHUNK):
            yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise NotReadable("the file is packed, and ends or breaks before its end") from error


def _decoded(chunks: Iterable[bytes], charset: str) -> Iterator[str]:
    # What a long log holds behind its beginning may be anything: it stops nobody.
    decoder = codecs.getincrementaldecoder(charset)("replace")
    first, held = True, ""
    for chunk in chunks:
        text = held + decoder.decode(chunk)
        # The end of the last line begins no further one.
        held = "\n" if text.endswith("\n") else ""
        text = text.removesuffix("\n")
        yield text.removeprefix("\ufeff") if first else text
        first = False
    if rest := decoder.decode(b"", final=True):
        yield held + rest
