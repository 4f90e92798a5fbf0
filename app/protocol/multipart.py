"""Multipart bodies, read as forgivingly as clients write them.

Line ends may be bare, the last delimiter may be missing, text may stand before the first one, and
the header may name no boundary or another than the body uses: then the body's own counts. A
boundary inside a value ends nothing, since a delimiter has a line to itself.
"""

import re
from collections.abc import Iterator
from typing import Final

_BOUNDARY: Final = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_FIRST_DELIMITER: Final = re.compile(rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]{0,20}\r?\n")
_HEAD_ENDS: Final = re.compile(rb"^\r?\n|\r?\n\r?\n")
_LAST_LINE_END: Final = re.compile(rb"\r?\n\Z")
_NAME: Final = re.compile(
    rb"^content-disposition:[^\r\n]*?;\s*name\s*=\s*(?:\"([^\"\r\n]*)\"|'([^'\r\n]*)'|([^\s;]+))",
    re.IGNORECASE | re.MULTILINE,
)


def is_multipart(content_type: str) -> bool:
    """Whether a body of this type holds a form in parts."""
    return content_type.strip().lower().startswith("multipart/")


def split_multipart(body: bytes, content_type: str) -> list[tuple[bytes, bytes]]:
    """The named parts of a multipart body, their values as they stand. Never fails.

    Empty where nothing in the body looks like a part.
    """
    for boundary in _boundaries(body, content_type):
        pairs = list(_parts(body, boundary))
        if pairs:
            return pairs
    return []


def _boundaries(body: bytes, content_type: str) -> Iterator[bytes]:
    """What may delimit the parts: as the header says, then as the body shows."""
    named = _BOUNDARY.search(content_type)
    if named:
        yield (named.group(1) or named.group(2)).encode("latin-1", "replace")
    shown = _FIRST_DELIMITER.search(body)
    if shown:
        yield shown.group(1)


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    delimiter = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    start: int | None = None
    for found in delimiter.finditer(body):
        if start is not None:
            yield from _part(body[start : found.start()])
        if found.group(1):
            return
        start = found.end()
    if start is not None:  # the last delimiter never came
        yield from _part(_LAST_LINE_END.sub(b"", body[start:]))


def _part(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and value of what stands between two delimiters, unless it has no name."""
    lines = re.sub(rb"^\r?\n", b"", raw)  # the end of the delimiter's own line
    end = _HEAD_ENDS.search(lines)
    head, value = (lines[: end.start()], lines[end.end() :]) if end else (lines, b"")
    name = _NAME.search(head)
    if name:
        yield name.group(1) or name.group(2) or name.group(3) or b"", value
