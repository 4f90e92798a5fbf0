"""The fold: what is stored for the search and what is asked of it, made comparable.

One rule for both sides. Whoever changes what it does, or as what an order that is filed is counted
(`order_hours`), raises VERSION, and every order is filed anew.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

VERSION = 2
"""The fold that an order was filed with stands beside it (`orders.filed`); 0 is never one."""

LONG = 4
"""Two digits stand side by side in nearly every OrderID: they tell few apart, four of them do."""

_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}

# A long vowel is typed as a hyphen and the other way round; NFKC leaves all of these apart.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━"), "-") | dict.fromkeys(map(ord, "〜∼"), "~")

_VARIANTS = str.maketrans(
    "髙﨑碕嵜邊邉齋齊斉濵濱德廣惠眞澤櫻國龍嶋嶌冨淵𠮷藏榮靜壽瀨曾槇遙堯舘凜彌圓鐵實寶"
    "峯條淺禮稻豐關黑萬黃橫內增賴步歲緖與應學會來亞滿縣鹽鷗絲蘆檜籠瀧穗薗舩吳戶",
    "高崎崎崎辺辺斎斎斎浜浜徳広恵真沢桜国竜島島富渕吉蔵栄静寿瀬曽槙遥尭館凛弥円鉄実宝"
    "峰条浅礼稲豊関黒万黄横内増頼歩歳緒与応学会来亜満県塩鴎糸芦桧篭滝穂園船呉戸",
)
"""Names as in the family register, and as a keyboard writes them."""

_ONE_WAY: dict[int, int | str] = {**_HIRAGANA, **_DASHES, **_VARIANTS}
_BLANKS = dict.fromkeys(map(ord, "・･"), " ")

# Characters without a picture of their own: they come along when a number is copied.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def fold(text: str) -> str:
    """Width, case, kana, hyphens and variants of names made one; what cannot be seen is gone.

    Blanks stay blanks: `words` splits at them, `squeezed` leaves them out.
    """
    if text.isascii() and text.isprintable():
        return text.lower()  # what all of the below comes to
    plain = unicodedata.normalize("NFKC", seen(text.translate(_BLANKS)))
    plain = plain.casefold().translate(_ONE_WAY)
    return unicodedata.normalize("NFKC", plain)


def seen(text: str) -> str:
    """The text without the characters that cannot be seen, each blank of it a plain one."""
    return "".join(map(_visible, text))


def squeezed(text: str) -> str:
    """The fold without its blanks: surname and given name are one word, however they are typed."""
    return "".join(fold(text).split())


def words(text: str) -> tuple[str, ...]:
    """What is asked for, word by word: each must be found, in any order and anywhere."""
    return tuple(fold(text).split())


def grams(texts: Iterable[str]) -> set[str]:
    """Every character of these squeezed texts, every two that stand side by side, and of plain
    letters and digits every LONG of them.
    """
    found: set[str] = set()
    for text in texts:
        found.update(text)
        found.update(map("".join, pairwise(text)))
        found.update(text[at : at + LONG] for at in _long(text))
    return found


def grams_of_word(word: str) -> list[str]:
    """What a text that holds this word must have among its grams, and no more than is needed."""
    long = list(_long(word))
    within = {inner for at in long for inner in range(at, at + LONG - 1)}
    short = (at for at in range(max(1, len(word) - 1)) if at not in within)
    return sorted({word[at : at + LONG] for at in long} | {word[at : at + 2] for at in short})


def _long(text: str) -> Iterator[int]:
    """Where LONG plain characters begin."""
    windows = range(len(text) - LONG + 1)
    return (at for at in windows if text[at : at + LONG].isascii())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    if character.isascii():
        return character if character.isprintable() else ""
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    return "" if any(ord(character) in one for one in _SELECTORS) else character
