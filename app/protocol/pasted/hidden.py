"""Whether a piece of a long text can hold a result at all: told fast, and never wrongly no."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from app.protocol.pasted.names import NEEDLES

_TOLD = (b"CheckString", b"TranDate", b"PAYSUCCESS", b"PAYFAIL")


def _in_base64(word: bytes) -> Iterator[str]:
    """What of a word stands in Base64 whatever stands before and after it."""
    for before in range(3):
        whole = b64encode(bytes(before) + word).decode().rstrip("=")
        yield whole[(before * 8 + 5) // 6 : (before + len(word)) * 8 // 6]


_ONCE = tuple(piece for word in _TOLD for piece in _in_base64(word))
_TWICE = tuple(
    outer for inner in _in_base64(b"CheckString") for outer in _in_base64(inner.encode())
)
# How Base64 of what gzip and zlib made begins; a mail's old way; gzip in hexadecimal numbers.
_COMPRESSED = ("H4sI", "eJw", "eJx", "eJy", "eJz", "eAE", "eNp", "\nbegin 6", "\nbegin 7")
_HIDDEN = (*_ONCE, *_TWICE, *_COMPRESSED)
_NEEDLE = re.compile("|".join(map(re.escape, NEEDLES)))


def _in_numbers(one: int, two: int) -> Iterator[str]:
    """Two bytes side by side in every kind of dump, little-endian words and characters too."""
    yield f"{one:02x} {two:02x}"
    yield f"{one:02x}{two:02x}"
    yield f"{two:02x}{one:02x}"
    yield f"0x{one:02x}, 0x{two:02x}"
    yield from (f"{one}{between}{two}" for between in (", ", ",", " ", ",\n"))
    yield f"{chr(one)}   {chr(two)}".lower()
    yield f"{one:02x}-{two:02x}"
    yield f"{one:08b} {two:08b}"
    yield f"{one:4d} {two:3d}"
    yield f"{two << 8 | one:06o}"


# A line of a dump may end between two bytes of CheckString, but not in both of these places.
_NUMBERS = (*_in_numbers(*b"ck"), *_in_numbers(*b"kS"), "1f8b08")


def may_hold_a_result(text: str) -> bool:
    """Whether a result stands in the text, in letters or as bytes written in letters."""
    small = text.lower()
    return any(needle in small for needle in NEEDLES) or holds_bytes(text)


def holds_bytes(text: str) -> bool:
    """Whether bytes stand in the text, written in letters, that may be those of a result."""
    small = text.lower()
    return any(piece in text for piece in _HIDDEN) or any(piece in small for piece in _NUMBERS)


def needles(text: str) -> Iterator[int]:
    """Every place of what each result has one of, in order."""
    for match in _NEEDLE.finditer(text.lower()):
        yield min(match.start(), len(text) - 1)
