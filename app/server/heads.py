"""What is looked at in a request's head before the parser, or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from app.addresses import is_address

_HOST = re.compile(rb"(?:[\w.~%-]*|\[([0-9A-Fa-f:.]+)\])(?::\d*)?", re.ASCII)
_OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"[A-Z]+ [^\r\n]+ HTTP/1\.[01]\r\n")


@lru_cache(maxsize=1024)
def is_host(value: bytes) -> bool:
    """Whether an address can be made of it. What is none breaks whoever makes one."""
    written = _HOST.fullmatch(value)
    return written is not None and (written[1] is None or is_address(written[1].decode()))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """What came, in pieces of this size at most."""
    if len(data) <= size:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]


def without_offer(data: bytes) -> bytes:
    """A request without its Upgrade header; other bytes as they are."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if end and b"pgrade" in head and _REQUEST_LINE.match(head):
        return _OFFER.sub(b"", head) + end + rest
    return data
