"""In which encoding a value was meant, where its bytes leave a choice.

Windows-31J and UTF-8 share values: the half-width kana of `ﾃｩ` are the bytes of `é`. A client must
not be accused of what it did not do, so the readings are weighed as a reader of Japanese would.
"""

import re
import unicodedata
from typing import Final

from app.protocol.text import WINDOWS_31J, encode, encodes, unsendable
from app.protocol.wire import unescaped

_LEVEL_1_ENDS: Final = b"\x98\x73"  # behind it stand the kanji that few texts use
_HALF_MEANT: Final = 0.5
_ESCAPE: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_NOT_AFTER_A_NUMBER: Final = re.compile(rb"(?<![0-9])%[0-9A-Fa-f]{2}")
_ESCAPED_URL: Final = re.compile(rb"https?%3A%2F%2F", re.IGNORECASE)


def is_windows_31j(value: bytes) -> bool:
    """Whether the gateway can read the value at all."""
    return _read(value, WINDOWS_31J) is not None


def is_utf_8(value: bytes) -> bool:
    """Whether the value was sent as UTF-8.

    Two characters of three or more bytes are no accident. With fewer, what the gateway reads must
    hold nothing that people write in Japan, and be less like it than the other reading: where both
    may be meant, nobody is accused.
    """
    meant = None if value.isascii() else _read(value, "utf-8")
    if meant is None:
        return False
    got = _read(value, WINDOWS_31J)
    if got is None or unsendable(got):
        return True
    if sum(character >= "\u0800" for character in meant) > 1:
        return True
    weights = [_weight(got, place) for place, one in enumerate(got) if not one.isascii()]
    return max(weights) <= _HALF_MEANT and _likeness(meant) > _likeness(got)


def _read(value: bytes, encoding: str) -> str | None:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likeness(text: str) -> float:
    """How much of a text is what people write: 1 for all of it."""
    return sum(_weight(text, place) for place in range(len(text))) / len(text)


def _weight(text: str, place: int) -> float:
    character = text[place]
    if character.isascii():
        return 1 if character.isalnum() or character in " -./:,()" else _HALF_MEANT
    if "\xc0" <= character <= "\xff":  # an accented letter, if it stands in a word
        return float(_stands_in_a_word(text, place))
    if character < "\u0800":  # what two bytes of UTF-8 say is seldom meant in Japan
        return 0
    if not encodes(character):
        return float(unicodedata.category(character).startswith("P"))
    if unicodedata.name(character, "").startswith("HALFWIDTH"):
        return _HALF_MEANT
    return 1 if encode(character) < _LEVEL_1_ENDS else 0.25


def _stands_in_a_word(text: str, place: int) -> bool:
    """Small beside a small letter of ASCII's, or a capital between capitals."""
    beside = [text[at : at + 1] for at in (place - 1, place + 1) if at >= 0]
    if text[place].islower():
        return any("a" <= one <= "z" for one in beside)
    return len(beside) == 2 and all("A" <= one <= "Z" for one in beside)


def is_escaped_again(name: str, value: bytes) -> bool:
    """Whether a value, whose escapes have been undone once, still holds those of a first time.

    `10%20%30` is a list of rates, and RetURL's own query string may hold escapes.
    """
    if name == "RetURL":
        return _ESCAPED_URL.match(value) is not None
    if len(_ESCAPE.findall(value)) != value.count(b"%") or b"%" not in value:
        return False  # a first escaping leaves no `%` of another kind
    undone = unescaped(value)
    if undone.isascii():
        return _NOT_AFTER_A_NUMBER.search(value) is not None
    return is_windows_31j(undone) or _read(undone, "utf-8") is not None
