"""Bytes that were written in letters: Base64, and dumps of every kind."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64

from app.protocol.pasted.charset import short_text
from app.protocol.pasted.hidden import may_hold_a_result
from app.protocol.pasted.view import BREAK

_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def base64(match: re.Match[str]) -> str | None:
    """Base64, of an address too, in one line or several."""
    text = re.sub(r"\s+", "", match[0]).replace("-", "+").replace("_", "/").rstrip("=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return _if_told(b64decode(text + "=" * (-len(text) % 4)))
    except (NotBase64, ValueError):
        return None


def hex_digits(match: re.Match[str]) -> str | None:
    """Hexadecimal numbers, side by side or apart."""
    digits = re.sub(r"0x|[^0-9A-Fa-f]", "", match[0])
    return _if_told(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def decimals(match: re.Match[str]) -> str | None:
    """Decimal numbers, as arrays of bytes are printed."""
    codes = [int(code) & 0x1FF for code in re.findall("[0-9]+", match[0])]
    return _if_told(bytes(codes)) if max(codes) < 256 else None


_DUMP_LINE = re.compile(
    r"^[ \t>|]*(?:0x)?([0-9A-Fa-f]{4,16}):?[ \t]+"
    r"((?:(?:[0-9A-Fa-f]{2}){1,4}(?:[ \t]{1,3}|$)){1,32})",
    re.MULTILINE,
)


def dump(match: re.Match[str]) -> str | None:
    """The lines of hexdump, xxd, od or a page of ours."""
    rows = [(int(at, 16), re.sub(r"\s", "", row)) for at, row in _DUMP_LINE.findall(match[0])]
    if not rows:
        return None
    # What stands right of the bytes may look like more of them.
    width = rows[1][0] - rows[0][0] if len(rows) > 1 else 16
    width = width if width in {8, 16, 20, 24, 32} else 16
    raw = b"".join(bytes.fromhex(row)[:width] for _, row in rows)
    return _if_told(raw) or _if_told(_swapped(raw))


def _swapped(raw: bytes) -> bytes:
    """Bytes that were dumped as little-endian words of two."""
    return b"".join(raw[at : at + 2][::-1] for at in range(0, len(raw), 2))


_CELL = re.compile(r" {3}(\S)| {2}\\(\S)| ([0-7]{3})")


def characters(match: re.Match[str]) -> str | None:
    """The lines of od -c."""
    raw = bytearray()
    for line in match[0].splitlines():
        for plain, control, code in _CELL.findall(line[7:]):
            letter = _CONTROLS.get(control, control) or plain
            raw += letter.encode() if letter else bytes([int(code, 8) & 255])
    return _if_told(bytes(raw))


def _if_told(raw: bytes) -> str | None:
    """These bytes as text, where it speaks of a result."""
    text = short_text(raw)
    if text is None:  # what a packet has before its text is none: no value holds any of it
        text = raw.decode("ascii", "replace")
    if not may_hold_a_result(text):
        return None
    return f"{BREAK}{text}{BREAK}"
