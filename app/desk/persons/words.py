"""The words that a person is known by, and texts without them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_from_bytes

from app.protocol.text import WINDOWS_31J, encode
from app.redaction import replaced

MARK = "■■■"
"""What stands where a word of a person stood; it reads alike in every language."""

SHORTEST, SHORTEST_ASCII = 2, 4
"""Characters of a word that is looked for in texts about others: a shorter one is everywhere."""


class Words:
    """Words of one person, each in the ways in which people and programs write it."""

    def __init__(self, words: Iterable[str]) -> None:
        telling = (word.strip() for word in words if tells(word))
        self.written = tuple(dict.fromkeys(way for word in telling for way in _ways(word)))
        self._needles = tuple({form for way in self.written for form in _forms(way)})

    def __bool__(self) -> bool:
        return bool(self.written)

    def out_of(self, text: str) -> str:
        """The text without them."""
        data = text.encode("utf-8", "surrogatepass")
        left = self.out_of_bytes(data)
        return text if left == data else left.decode("utf-8", "replace")

    def out_of_bytes(self, data: bytes) -> bytes:
        """Bytes of whatever encoding without them."""
        return replaced(data, self._needles, MARK.encode()) if self.written else data

    def stand_in(self, data: bytes) -> bool:
        """Whether one of them stands in these bytes as it is, in any encoding we know."""
        return any(needle in data for needle in self._needles)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Texts in small letters, one of which stands in each text that people or forms wrote."""
        return tuple({pattern.lower() for way in self.written for pattern in _patterns(way)})


def tells(word: str) -> bool:
    """Whether it may be looked for beyond the rows that are the person's own."""
    word = word.strip()
    return len(word) >= (SHORTEST_ASCII if word.isascii() else SHORTEST)


def _ways(word: str) -> Iterator[str]:
    """As it stands, in other widths, and however surname and given name are parted."""
    for way in (word, unicodedata.normalize("NFKC", word)):
        yield way
        parts = way.split()
        yield from (between.join(parts) for between in ("", " ", "\u3000") if len(parts) > 1)


def _forms(way: str) -> Iterator[bytes]:
    yield way.encode()
    if not way.isascii():
        # Some characters stand in Windows-31J twice, and both are sent.
        yield from (encode(way, "ignore"), way.encode(WINDOWS_31J, "ignore"))
        yield from (way.encode(name) for name in ("utf-16-le", "utf-16-be"))


def _patterns(way: str) -> Iterator[str]:
    yield way
    yield json.dumps(way)[1:-1]
    yield quote(way, safe="")
    yield quote(way, safe="").replace("%20", "+")
    yield quote_from_bytes(encode(way, "ignore"), safe="")
    yield quote_from_bytes(way.encode(WINDOWS_31J, "ignore"), safe="")
