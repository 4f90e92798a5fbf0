"""Bytes on the wire: Windows-31J forms one way, raw Windows-31J answers the other.

Requests are percent-encoded forms. Answers carry their values raw: whoever form-decodes one turns
the `+` of a Token into a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote_plus, unquote_to_bytes

from app.protocol.text import WINDOWS_31J, encode

ANSWER_TYPE = "text/plain;charset=Windows-31J"
FORM_TYPE = "application/x-www-form-urlencoded"

JST = timezone(timedelta(hours=9), "JST")

_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")


class WireError(ValueError):
    """Base of everything that can be wrong with bytes on the wire."""


class NotWindows31J(WireError):
    """A value that Windows-31J cannot say, or bytes that are not Windows-31J."""

    def __init__(self, parameter: str) -> None:
        """`parameter` names the place; empty for an answer as a whole. The value stays out."""
        super().__init__(f"{parameter or 'the answer'} is not Windows-31J")
        self.parameter = parameter


class BreaksTheAnswer(WireError):
    """A value that an answer cannot carry raw: it holds `&` or a line break."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"{parameter} holds a character that ends a value")
        self.parameter = parameter


class NotAStamp(WireError):
    """Text that is not a date and time in the protocol's form."""


def encode_form(pairs: Iterable[tuple[str, str]]) -> bytes:
    """A request body: Windows-31J, percent-encoded. Raises NotWindows31J."""
    return b"&".join(_encoded_pair(name, value) for name, value in pairs)


def _encoded_pair(name: str, value: str) -> bytes:
    try:
        return f"{quote_plus(encode(name))}={quote_plus(encode(value))}".encode("ascii")
    except UnicodeEncodeError:
        raise NotWindows31J(name) from None


def split_form(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The pairs of a form as bytes, in order; empty pairs skipped. Never fails.

    Bytes, because the second byte of a Windows-31J character can be ASCII (though never one of
    `&`, `=`, `+` and `%`) and because a CheckString is computed over the bytes received.
    """
    return [
        (unescaped(name), unescaped(value))
        for name, _, value in (pair.partition(b"=") for pair in raw.split(b"&") if pair)
    ]


def unescaped(part: bytes) -> bytes:
    """A part of a form with `+` and percent escapes undone."""
    if b"%" not in part and b"+" not in part:
        return part
    return unquote_to_bytes(part.replace(b"+", b" "))


def decode_pairs(pairs: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The pairs as text, strictly. Raises NotWindows31J naming the first parameter that is not."""
    return [_decoded_pair(name, value) for name, value in pairs]


def _decoded_pair(name: bytes, value: bytes) -> tuple[str, str]:
    try:
        return name.decode(WINDOWS_31J), value.decode(WINDOWS_31J)
    except UnicodeDecodeError:
        raise NotWindows31J(name.decode(WINDOWS_31J, "replace")) from None


def first_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name with the first value it came with."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    return values


def encode_answer(pairs: Iterable[tuple[str, str]]) -> bytes:
    """An answer body: raw values joined with `&`, without a newline at its end.

    Raises NotWindows31J and BreaksTheAnswer.
    """
    return b"&".join(_answered_pair(name, value) for name, value in pairs)


def _answered_pair(name: str, value: str) -> bytes:
    if any(end in value for end in "&\r\n"):
        raise BreaksTheAnswer(name)
    try:
        return encode(f"{name}={value}")
    except UnicodeEncodeError:
        raise NotWindows31J(name) from None


def split_answer(raw: bytes) -> dict[str, str]:
    """The values of an answer by lower-cased key; of a key given twice, the first.

    Raises NotWindows31J.
    """
    return first_values(answer_pairs(raw))


def answer_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Lower-cased keys and values of an answer, as they come.

    Decodes before it splits, and splits each pair at its first `=`: values are raw, so `+` and `=`
    in them mean themselves. A key without `=` has an empty value. Raises NotWindows31J.
    """
    try:
        text = raw.rstrip(b"\r\n").decode(WINDOWS_31J)
    except UnicodeDecodeError:
        raise NotWindows31J("") from None
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(key.lower(), value) for key, _, value in pairs]


def jst_stamp(moment: datetime) -> str:
    """An aware datetime as `yyyyMMddHHmmss` in Japan's time."""
    if moment.tzinfo is None:
        raise ValueError("a stamp needs a time with a zone")
    jst = moment.astimezone(JST)
    return f"{jst.year:04}{jst.month:02}{jst.day:02}{jst.hour:02}{jst.minute:02}{jst.second:02}"


def parse_jst_stamp(text: str) -> datetime:
    """The UTC moment of a `yyyyMMddHHmmss` in Japan's time. Raises NotAStamp."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise NotAStamp("not fourteen digits")
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=JST).astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 in Japan begins before UTC's
        raise NotAStamp("no such date") from None
