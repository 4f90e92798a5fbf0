"""The bytes of a file as text, piece by piece."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator

from app.protocol.pasted.found import Way
from app.protocol.text import WINDOWS_31J

CHUNK = 64 * 1024
"""Bytes that become text at once: of a long file only so much is held twice."""

SAMPLE = 200_000
"""Bytes by which two charsets that are both possible are told apart."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", None),
    (codecs.BOM_UTF32_LE, "utf-32-le", Way.UTF_32),
    (codecs.BOM_UTF32_BE, "utf-32-be", Way.UTF_32),
    (codecs.BOM_UTF16_LE, "utf-16-le", Way.UTF_16),
    (codecs.BOM_UTF16_BE, "utf-16-be", Way.UTF_16),
)
_PACKED = re.compile(rb"[\0-\x08\x0e-\x1a]|[\xa6-\xac](?i:shop|order)")
_HALF_WIDTH_KANA = re.compile("[｡-ﾟ]")


def text_of(data: bytes) -> tuple[Iterator[str], tuple[Way, ...]]:
    """The text in pieces, and how it was written where that is not UTF-8."""
    if data.startswith(_GZIP) and (sample := next(_pieces(data, SAMPLE), b"")):
        return _unpacked(data, sample)
    for mark, charset, way in _BOMS:
        if data.startswith(mark):
            return _decoded(data, charset, "replace", len(mark)), (way,) if way else ()
    charset, way, errors = _charset(data)
    return _decoded(data, charset, errors), (way,) if way else ()


UNPACKED = 20_000_000
"""Bytes that a compressed file is read for at most, however small it was made."""

_GZIP = b"\x1f\x8b\x08"


def _unpacked(data: bytes, sample: bytes) -> tuple[Iterator[str], tuple[Way, ...]]:
    """What a compressed file holds, as text in pieces; `sample` is how it begins."""
    charset, ways = charset_of(sample[: sample.rfind(b"\n") + 1] or sample)
    decoder = codecs.getincrementaldecoder(charset)("replace")
    return map(decoder.decode, _pieces(data, CHUNK)), (Way.COMPRESSED, *ways)


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    """UNPACKED bytes of a compressed file at most; of a damaged one what can be had."""
    unpacking, left, total = zlib.decompressobj(wbits=31), data, 0
    while left and total < UNPACKED and not unpacking.eof:
        try:
            piece = unpacking.decompress(left, size)
        except zlib.error:
            return
        left, total = unpacking.unconsumed_tail, total + len(piece)
        yield piece


def charset_of(sample: bytes) -> tuple[str, tuple[Way, ...]]:
    """The charset of a file by its beginning, and how that is said where it is not UTF-8."""
    for mark, charset, way in _BOMS:
        if sample.startswith(mark):
            return charset, (way,) if way else ()
    charset, way, _ = _charset(sample)
    return charset, (way,) if way else ()


def short_text(data: bytes) -> str | None:
    """A few bytes as text; None where they are none in any charset."""
    if wide := _utf_16_without_mark(data[:4096]):
        return data.decode(wide, "replace")
    for charset in ("utf-8", WINDOWS_31J, "euc_jp"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return None


def _charset(data: bytes) -> tuple[str, Way | None, str]:
    if wide := _utf_16_without_mark(data[:4096]):
        return wide, Way.UTF_16, "replace"
    if b"\x1b$" in data and _is(data, "iso2022_jp"):
        return "iso2022_jp", Way.ISO_2022_JP, "strict"
    if _is(data, "utf-8"):
        return "utf-8", None, "strict"
    found = [charset for charset in (WINDOWS_31J, "euc_jp") if _is(data, charset)]
    if len(found) > 1:  # what is EUC-JP reads as half-width kana in Windows-31J
        found.sort(key=lambda charset: _half_width(data, charset))
    if not found:
        packed = _PACKED.search(data[:4096]) is not None  # each byte may be a length
        return "latin-1" if packed else "utf-8", Way.NOT_TEXT, "replace"
    return found[0], Way.SHIFT_JIS if found[0] == WINDOWS_31J else Way.EUC_JP, "strict"


def _utf_16_without_mark(sample: bytes) -> str | None:
    """UTF-16 without a mark, told by the zeros beside ASCII characters."""
    half = len(sample) // 2
    if half < 8:
        return None
    if sample[1::2].count(0) > half * 0.6 and sample[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[::2].count(0) > half * 0.6 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _is(data: bytes, charset: str) -> bool:
    try:
        for _ in _decoded(data, charset, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _half_width(data: bytes, charset: str) -> int:
    return len(_HALF_WIDTH_KANA.findall(data[:SAMPLE].decode(charset, "ignore")))


def _decoded(data: bytes, charset: str, errors: str, start: int = 0) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(charset)(errors)
    for at in range(start, len(data), CHUNK):
        yield decoder.decode(data[at : at + CHUNK])
    yield decoder.decode(b"", final=True)
