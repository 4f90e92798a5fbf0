"""The cells of a book: an OrderID, an amount, a status in the words of whoever wrote it.

What a spreadsheet has done to a number is undone where nothing is lost, and named where it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from app.desk.orders.search import amount_of, tidy
from app.protocol import fields
from app.protocol.statuses import Status

KEPT = 64
"""Characters of an OrderID or of a word that are kept, enough to find the line again."""


class Problem(StrEnum):
    """Why a line is not asked about."""

    MISSING = "missing"
    ILLEGAL = "illegal"
    TOO_LONG = "too-long"
    SCIENTIFIC = "scientific"  # 1.2E+10: a spreadsheet has made a number of it, digits are gone
    DUPLICATE = "duplicate"
    LOST_ZEROS = "lost-zeros"  # nothing here has this number, but one with zeros before it
    NO_SHOP = "no-shop"  # several shops could have it


class Number(NamedTuple):
    """What a cell with an OrderID holds: as it is read, and what is wrong with it."""

    text: str
    problem: Problem | None = None
    detail: str = ""


class Word(NamedTuple):
    """What a status means: paid or not (None: not understood), and the interface's own word for it
    where it is one."""

    paid: bool | None = None
    status: Status | None = None


_SPREADSHEET_TEXT = re.compile(r'\s*=\s*"(.*)"\s*', re.DOTALL)
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+[0-9]+|[0-9]+[.][0-9]+E[0-9]+", re.IGNORECASE)
_PLAIN = re.compile("[0-9A-Za-z-]{1,27}")
_NO_SEN = re.compile(r"\.0+(?=\D*$)")

_PAID = """
入金済 入金済み 入金確認済 入金確認済み 入金完了 入金 支払済 支払い済 支払い済み
お支払い済み 支払完了 決済済 決済済み 決済完了 完了 済 済み 成功 売上 売上確定 ○ 〇
◯ ✓ ✔ 1 ok paid yes y true success succeeded successful settled captured complete
completed done sales
"""
_NOT_PAID = """
未入金 未払 未払い 未決済 未納 未済 未 入金待ち 支払待ち 決済待ち 失敗 決済失敗 取消
取消し 取り消し キャンセル 期限切れ 不可 × ✕ ✗ 0 ng unpaid no n false fail failed
failure error cancel cancelled canceled expired pending waiting open none declined
refused
"""


def order_id_of(cell: str) -> Number:
    """The OrderID in a cell, and what is wrong with it. No letter's case is changed."""
    if _PLAIN.fullmatch(cell):
        return Number(cell)
    if marked := _SPREADSHEET_TEXT.fullmatch(cell):
        cell = marked[1]
    text = tidy(cell)
    if not text:
        return Number("", Problem.MISSING)
    kept = text[:KEPT]
    if _SCIENTIFIC.fullmatch(text):
        return Number(kept, Problem.SCIENTIFIC)
    for problem in fields.ORDER_ID.problems(text):
        if problem.reason is fields.Reason.TOO_LONG:
            return Number(kept, Problem.TOO_LONG, str(len(text)))
        return Number(kept, Problem.ILLEGAL, problem.characters[:KEPT])
    return Number(kept)


def yen_of(cell: str) -> int | None:
    """The yen of an amount, however it is written; None for what is none."""
    if cell.isascii() and cell.isdigit() and len(cell) < 10:
        return int(cell)
    if marked := _SPREADSHEET_TEXT.fullmatch(cell):
        cell = marked[1]
    return amount_of(_NO_SEN.sub("", unicodedata.normalize("NFKC", cell)).replace(" ", ""))


OwnWords = Mapping[str, bool]
"""By a status as it stands in somebody's book, made comparable (`folded_word`): whether it means
paid, as a person has said."""

NO_WORDS: OwnWords = {}


def word_of(cell: str, words: OwnWords = NO_WORDS) -> Word:
    """What a status in somebody's words says."""
    folded = folded_word(cell)
    if folded in words:
        return Word(words[folded])
    if (own := folded.upper()) in set(Status):
        return Word(own == Status.PAYSUCCESS, Status(own))
    return Word(_WORDS.get(folded))


def folded_word(text: str) -> str:
    """A status made comparable, however wide and large it is written."""
    text = text.strip()[:KEPT]
    return unicodedata.normalize("NFKC", text).casefold().strip(" \t\"'「」()[]。.")


_WORDS = {folded_word(word): True for word in _PAID.split()}
_WORDS |= {folded_word(word): False for word in _NOT_PAID.split()}
