"""The seven parameters of a result by every name people have for them, and their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.protocol import fields as f
from app.protocol.checkstring import SIGNED
from app.protocol.fields import Field
from app.protocol.statuses import Status

_SPELT: dict[str, Sequence[str]] = {
    "ShopID": ("shop[ _-]?id", "ショップ(?:ID|ＩＤ)"),
    "OrderID": ("order[ _-]?id", "オーダー(?:ID|ＩＤ)"),
    "Status": ("status", "現状態", "(?:取引|決済)状態", "ステータス"),
    "TranDate": ("tran[ _-]?date", "処理日[時付]"),
    "CheckString": (
        "check[ _-]?string(?: received)?",
        "MD5ハッシュ",
        "チェック文字列",
        "チェックストリング",
        "受信値",  # as our own page of a callback calls it
    ),
    "ErrCode": ("err(?:or)?[ _-]?code", "エラーコード"),
    "ErrInfo": ("err(?:or)?[ _-]?info", "エラー詳細コード"),
}

NAMES = tuple(_SPELT)
_NAME = re.compile(
    r"(?:(?<![0-9A-Za-z_%])|(?<=\s-[dF]))(?:"
    + "|".join(f"(?P<{name}>{'|'.join(spelt)})" for name, spelt in _SPELT.items())
    + ")(?![0-9A-Za-z])",
    re.IGNORECASE,
)

_BEGINNING = re.compile(
    "shop|order|status|tran|check|err|ショップ|オーダー|現状態|取引状態|決済状態|ステータス|処理日|md5"
    "|チェック|受信値|エラー"
)
"""How a name begins, in small letters: looked for first, since it is found many times as fast."""

NEEDLES = (
    "checkstring", "check_string", "check string", "check-string",
    "trandate", "tran_date", "tran date", "tran-date",
    "paysuccess", "payfail",
    "チェック文字列", "チェックストリング", "処理日時", "md5ハッシュ",
    "ｃｈｅｃｋｓｔｒｉｎｇ", "ｔｒａｎｄａｔｅ", "ｐａｙｓｕｃｃｅｓｓ", "ｐａｙｆａｉｌ",
)  # fmt: skip
"""Of these each result has one, in small letters, unless it is hidden as bytes are."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name where it stands."""

    name: str
    start: int
    end: int
    spelt: str


def occurrences(text: str) -> Iterator[Occurrence]:
    """Every name in the text, in order."""
    small = text.lower()
    if len(small) != len(text):  # a few letters have no small form of the same length
        small = "".join(one if len(one.lower()) > 1 else one.lower() for one in text)
    end = 0
    for beginning in _BEGINNING.finditer(small):
        match = _NAME.match(text, beginning.start()) if beginning.start() >= end else None
        if match and match.lastgroup:
            end = match.end()
            yield Occurrence(match.lastgroup, match.start(), end, match[0])


_SHAPES: dict[str, Field] = {
    "ShopID": f.SHOP_ID,
    "OrderID": f.ORDER_ID,
    "TranDate": f.TRAN_DATE,
    "CheckString": f.CHECK_STRING,
    "ErrCode": f.ERR_CODE,
    "ErrInfo": f.ERR_INFO,
}


def fits(name: str, value: str) -> bool:
    """Whether a value has the shape of this parameter's."""
    if name == "Status":
        return value in Status.__members__
    return bool(value) and not _SHAPES[name].problems(value)


def well_shaped(values: Mapping[str, str]) -> int:
    """How many of the five parameters that are signed, or sign, are there and have their shape."""
    return sum(name in values and fits(name, values[name]) for name in SIGNED)


def missing(values: Mapping[str, str]) -> tuple[str, ...]:
    """Those of the five that are not there."""
    return tuple(name for name in SIGNED if not values.get(name))
