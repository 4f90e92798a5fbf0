"""Bytes that were written in letters: Base64, and dumps of every kind."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from binascii import Error as NotBase64
from binascii import a2b_uu
from collections.abc import Callable

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
    return _if_told(raw) or _if_told(_swapped(raw, 2)) or _if_told(_swapped(raw, 4))


def _swapped(raw: bytes, width: int) -> bytes:
    """Bytes that were dumped as little-endian words of this width."""
    return b"".join(raw[at : at + width][::-1] for at in range(0, len(raw), width))


def _bits(match: re.Match[str]) -> str | None:
    """The lines of xxd -b."""
    rows = re.findall(r"^[0-9a-f]{8}:((?: [01]{8}){1,8})", match[0], re.MULTILINE)
    return _if_told(bytes(int(cell, 2) for row in rows for cell in row.split()))


def _octal_words(match: re.Match[str]) -> str | None:
    """The lines of od: words of two bytes, little-endian."""
    cells = [int(cell, 8) for line in match[0].splitlines() for cell in line.split()[1:]]
    return _if_told(b"".join((cell & 0xFFFF).to_bytes(2, "little") for cell in cells))


def _decimal_cells(match: re.Match[str]) -> str | None:
    """The lines of od -td1 and -tu1."""
    cells = [int(cell) for line in match[0].splitlines() for cell in line.split()[1:]]
    return _if_told(bytes(cell & 255 for cell in cells))


def _unnumbered(match: re.Match[str]) -> str | None:
    """Hexadecimal bytes without a place before them, and their text beside: od -An, ngrep -x."""
    rows = re.findall(
        r"^[ \t]+((?:[0-9A-Fa-f]{2}(?: {1,2}|$)){1,16})(?= |>|$)", match[0], re.MULTILINE
    )
    return _if_told(bytes.fromhex("".join(rows)))


def _uuencoded(match: re.Match[str]) -> str | None:
    try:
        return _if_told(b"".join(a2b_uu(line) for line in match["lines"].splitlines()))
    except NotBase64:
        return None


OTHER_DUMPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (re.compile(r"(?:^[0-9a-f]{8}:(?: [01]{8}){1,8}[^\n]*\n?){2,}", re.MULTILINE), _bits),
    (re.compile(r"(?:^[0-7]{7}(?: [0-7]{6}){1,8}[ \t]*\n){2,}", re.MULTILINE), _octal_words),
    (
        re.compile(r"(?:^[0-7]{7}(?: {1,3}[0-9]{1,3}){1,16}\s*?\n){2,}", re.MULTILINE),
        _decimal_cells,
    ),
    (
        re.compile(r"(?:^[ \t]{1,4}(?:[0-9A-Fa-f]{2} {1,2}){2,16} *\S[^\n]*\n){2,}", re.MULTILINE),
        _unnumbered,
    ),
    (
        re.compile(
            r"^begin 0?[0-7]{3} [^\n]{1,200}\n(?P<lines>(?:[!-`][ -`]{0,84}\r?\n)+)", re.MULTILINE
        ),
        _uuencoded,
    ),
)
"""Dumps that are rarer: what each looks like, and how it is read."""


_CELL = re.compile(r" {3}(\S)| {2}\\(\S)| ([0-7]{3})")


def characters(match: re.Match[str]) -> str | None:
    """The lines of od -c."""
    raw = bytearray()
    for line in match[0].splitlines():
        for plain, control, code in _CELL.findall(line[7:]):
            letter = _CONTROLS.get(control, control) or plain
            raw += letter.encode() if letter else bytes([int(code, 8) & 255])
    return _if_told(bytes(raw))


GREW = 20
"""Times its own length that compressed bytes may grow: more is no log and no message."""


def _decompressed(raw: bytes) -> bytes:
    """What gzip and zlib made smaller, as it was; as much of it as is there."""
    if raw[:3] != b"\x1f\x8b\x08" and raw[:2] not in _ZLIB:
        return raw
    try:
        return zlib.decompressobj(wbits=47).decompress(raw, GREW * len(raw) + 2_000)
    except zlib.error:
        return raw


_ZLIB = {b"\x78\x01", b"\x78\x9c", b"\x78\xda"}


def _if_told(raw: bytes) -> str | None:
    """These bytes as text, where it speaks of a result."""
    raw = _decompressed(raw)
    text = short_text(raw)
    if text is None:  # what a packet has before its text is none: no value holds any of it
        text = raw.decode("latin-1")
    if not may_hold_a_result(text):
        return None
    return f"{BREAK}{text}{BREAK}"
