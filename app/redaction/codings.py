"""Ways to write a text otherwise, each undone, and where each byte of the result stood before."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Span = tuple[int, int]
"""From where to where, the end apart."""


class Coding(Protocol):
    """One way to write a text otherwise."""

    def undo(self, data: bytes) -> bytes | None:
        """What was written; None where nothing is written so."""

    def spans(self, data: bytes) -> list[Span]:
        """For each byte of it, where in `data` it comes from."""


@dataclass(frozen=True)
class Escapes:
    """Single characters written as several: each match stands for `meant`, or what it says."""

    pattern: re.Pattern[bytes]
    meant: Callable[[re.Match[bytes]], bytes] | bytes

    def undo(self, data: bytes) -> bytes | None:
        """None where there is no match."""
        written, count = self.pattern.subn(self.meant, data)
        return written if count else None

    def spans(self, data: bytes) -> list[Span]:
        """What is no match stands for itself."""
        found: list[Span] = []
        last = 0
        for match in self.pattern.finditer(data):
            found += [(at, at + 1) for at in range(last, match.start())]
            meant = self.meant if isinstance(self.meant, bytes) else self.meant(match)
            found += [match.span()] * len(meant)
            last = match.end()
        return found + [(at, at + 1) for at in range(last, len(data))]


@dataclass(frozen=True)
class Digits:
    """Bytes as digits: `width` digits of base64 or hex stand for `length` bytes.

    All digits of a text are read in one go, whatever stands between. Where the first of a group is,
    nobody knows, so there is a reading for each `offset`; a run that begins elsewhere comes out
    right in one of them.
    """

    run: re.Pattern[bytes]
    others: bytes
    into: bytes
    read: Callable[[bytes], bytes]
    width: int
    length: int
    offset: int

    def undo(self, data: bytes) -> bytes | None:
        """None where no run is long enough to hold a secret."""
        if not self.run.search(data):
            return None
        digits = data.translate(self.into, self.others)[self.offset :]
        return self.read(digits + b"A" * (-len(digits) % self.width))

    def spans(self, data: bytes) -> list[Span]:
        """A byte comes from two digits, or from two of base64 that share one with its neighbour."""
        kept = [at for at, byte in enumerate(data) if byte not in self.others][self.offset :]
        kept += [len(data) - 1] * (-len(kept) % self.width)
        return [
            (kept[group + byte], kept[group + byte + 1] + 1)
            for group in range(0, len(kept), self.width)
            for byte in range(self.length)
        ]


class Stretches:
    """Of bytes most of which are noise, the stretches that may be text written otherwise again."""

    _text = re.compile(rb"[\x00\t\r\n\x20-\x7e]{6,}")

    def undo(self, data: bytes) -> bytes | None:
        """None where there is none."""
        return b"\xff".join(self._text.findall(data)) or None

    def spans(self, data: bytes) -> list[Span]:
        """With a byte between two that comes from nowhere."""
        found = list(self._between(data))
        return found[1:]

    def _between(self, data: bytes) -> Iterator[Span]:
        for match in self._text.finditer(data):
            yield match.start(), match.start()
            yield from ((at, at + 1) for at in range(*match.span()))


def _character(code: int) -> bytes:
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b""


_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b"\0"}


def _of_html(match: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name.lower()]
    return _character(int(decimal) if decimal else int(hexadecimal, 16))


def _of_backslash(match: re.Match[bytes]) -> bytes:
    high, low, unit, byte, short = match.groups()
    if high:
        return _character(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if unit:
        return _character(int(unit, 16))
    return bytes([int(byte, 16)]) if byte else _ESCAPED.get(short, short)


_HEX4 = rb"[0-9a-fA-F]{4}"
_BACKSLASHED = re.compile(
    rb"\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|u(" + _HEX4 + rb")|x([0-9a-fA-F]{2})"
    rb"|([nrtbf0\"'\\/]))"
)


def _latin(match: re.Match[bytes]) -> bytes:
    return bytes([(match[0][0] & 3) << 6 | match[0][1] & 0x3F])


ESCAPES: Sequence[Coding] = (
    Escapes(re.compile(rb"%([0-9a-fA-F]{2})"), lambda match: bytes([int(match[1], 16)])),
    Escapes(re.compile(rb"\+"), b" "),
    Escapes(
        re.compile(rb"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(?i:(amp|lt|gt|quot|apos)));"),
        _of_html,
    ),
    Escapes(_BACKSLASHED, _of_backslash),
    # UTF-16 of ASCII.
    Escapes(re.compile(rb"\0"), b""),
    # One that is split over two lines, which may be indented.
    Escapes(re.compile(rb"[\r\n]+"), b""),
    Escapes(re.compile(rb"[ \t]*[\r\n]+[ \t]*"), b""),
    # Of one with blanks in it nobody can tell which of them an indented line has added.
    Escapes(re.compile(rb"[ \t\r\n]+"), b""),
    # Bytes that were taken for Latin-1.
    Escapes(re.compile(rb"[\xc2\xc3][\x80-\xbf]"), _latin),
)

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_HEXADECIMAL = b"0123456789abcdefABCDEF"


def _all_but(digits: bytes) -> bytes:
    return bytes(byte for byte in range(256) if byte not in digits)


_BASE64 = (
    re.compile(rb"[A-Za-z0-9+/_-]{8}"),
    _all_but(_ALPHABET),
    bytes.maketrans(b"-_", b"+/"),
    binascii.a2b_base64,
)
_HEX = (
    re.compile(rb"(?:[0-9a-fA-F]{2}[ :,-]?){6}"),
    _all_but(_HEXADECIMAL),
    bytes(range(256)),
    binascii.a2b_hex,
)

DIGITS: Sequence[Coding] = (
    *(Digits(*_BASE64, 4, 3, offset) for offset in range(4)),
    *(Digits(*_HEX, 2, 1, offset) for offset in range(2)),
)

STRETCHES = Stretches()
