"""What somebody types into the search box, and each way in which it may be meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from app.protocol import fields
from app.protocol.text import to_half_width
from app.records.order_finding import Sought
from app.records.search_fold import seen, words

TYPED_LIMIT = 100
"""Characters of a search; what is longer is no longer what somebody remembers."""

WORDS_LIMIT = 8

_QUOTES = "\"'`“”‘’„«»「」『』〝〟＂＇ "
_YEN = re.compile(r"[¥\\]?([1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,9}|0)(?:円|エン|yen|jpy)?-?")
_WHOLE_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DAY_IN_DIGITS = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2})[/月]([0-9]{1,2})日?")
_DAYS_AGO = {"今日": 0, "本日": 0, "today": 0, "昨日": 1, "yesterday": 1, "一昨日": 2}

_YEARS = range(1970, 2200)
"""Further away a day has no midnight in UTC, and no order."""

# "2,530 円", "¥ 2,530" and "11月 24日" are one word each.
_ONE_WORD = re.compile(r"(?<=[0-9])\s+(?=円|yen\b|jpy\b)|(?<=[¥年月])\s+(?=[0-9])", re.IGNORECASE)


class Meaning(StrEnum):
    """What a word may be taken for."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"


@dataclass(frozen=True)
class Word:
    """One word as it was typed, and as what it is sought."""

    typed: str
    sought: Sought

    @property
    def meanings(self) -> frozenset[Meaning]:
        """Every way in which it is sought."""
        one = self.sought
        ways = {Meaning.TEXT: one.text, Meaning.AMOUNT: one.yen, Meaning.DAY: one.day}
        return frozenset(way for way, value in ways.items() if value not in ("", None))


@dataclass(frozen=True)
class Question:
    """What was typed, tidied, and its words; `offered` is every meaning that some word can have."""

    typed: str
    words: tuple[Word, ...]
    offered: frozenset[Meaning]
    only: Meaning | None = None

    @property
    def sought(self) -> tuple[Sought, ...]:
        """What each word is sought as."""
        return tuple(word.sought for word in self.words)

    @property
    def may_be_order_id(self) -> bool:
        """Whether the gateway could be asked for it: a name is no OrderID, nor is an amount."""
        if len(self.words) != 1 or fields.ORDER_ID.problems(self.typed):
            return False
        return Meaning.AMOUNT not in self.words[0].meanings or len(self.typed) > len("1,234,567")


def understand(typed: str, today: date, only: Meaning | None = None) -> Question:
    """Every way in which a search may be meant; `only` leaves out the other ways of its words.

    `today` is the day in Japan, since which a day without a year is the last such one.
    """
    text = tidy(typed)
    every = tuple(_word(word, today) for word in _ONE_WORD.sub("", text).split()[:WORDS_LIMIT])
    every = tuple(word for word in every if word.meanings)
    offered = frozenset(way for word in every for way in word.meanings)
    chosen = only if only in offered else None
    return Question(text, tuple(_narrowed(word, chosen) for word in every), offered, chosen)


def tidy(typed: str) -> str:
    """Without what came along when it was copied: blanks around, quotes, a number's name before
    it, what cannot be seen."""
    text = to_half_width(seen(typed[:TYPED_LIMIT])).strip(_QUOTES)
    return _NAME_BEFORE.sub("", text).strip(_QUOTES)


_NAME_BEFORE = re.compile(
    "^(?:order ?id|access ?id|ご?注文番号|オーダーid) ?[=:：] ?", re.IGNORECASE
)


def amount_of(typed: str) -> int | None:
    """The yen of an amount as people write it: 2530, 2,530, ¥2,530, 2530円, in any width."""
    found = _YEN.fullmatch(unicodedata.normalize("NFKC", typed).strip().casefold())
    return int(found[1].replace(",", "")) if found else None


def day_of(typed: str, today: date) -> date | None:
    """The day of a date as people write it, with its year or without."""
    text = unicodedata.normalize("NFKC", typed).casefold()
    if text in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[text])
    if found := _WHOLE_DAY.fullmatch(text) or _DAY_IN_DIGITS.fullmatch(text):
        return _date(*map(int, found.groups()))
    if found := _DAY_OF_YEAR.fullmatch(text):
        return next(_last_such(today, int(found[1]), int(found[2])), None)
    return None


def _word(typed: str, today: date) -> Word:
    folded = "".join(words(typed))
    return Word(typed, Sought(folded, amount_of(typed), day_of(typed, today)))


def _narrowed(word: Word, only: Meaning | None) -> Word:
    if only is None or only not in word.meanings:
        return word
    one = word.sought
    narrowed = {
        Meaning.TEXT: Sought(text=one.text),
        Meaning.AMOUNT: Sought(yen=one.yen),
        Meaning.DAY: Sought(day=one.day),
    }
    return replace(word, sought=narrowed[only])


def _last_such(today: date, month: int, day: int) -> Iterator[date]:
    # Eight years hold a 29 February, whenever one begins.
    for year in range(today.year, today.year - 9, -1):
        found = _date(year, month, day)
        if found and found <= today:
            yield found


def _date(year: int, month: int, day: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
