"""The value behind a name: where it begins, and how far it goes.

A value is never cut short to make it fit: what ends it must be explained by how the text is
written, else everything up to the next name belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from app.protocol.pasted.charset import short_text
from app.protocol.pasted.names import Occurrence, fits
from app.protocol.pasted.view import BREAK

REACH = 400
"""Characters after a name in which its value begins and ends, and the next name stands."""

UNSIGNED = frozenset({"ErrCode", "ErrInfo"})

_NOTHING = {"—", "-", "null", "NULL", "None", "nil", "undefined", "~", "(null)", "(empty)", "N/A"}

_CLOSE = re.compile(r"[\"'`*”’]*(?:>>|[\])}>」』】）])?[\"'`*]*")
# One sign at most between a name and its value, so that a sign too many shows.
_LINK = re.compile(
    r"\s*(?:=>|->|:=|={1,3}|:{1,2}|\|{1,2}|[,;>~/：＝｜、→⇒│]|[…‥]+|\.{3,})?(?:\*\*)?\s*[\[({]*\s*"
)
_TYPE = re.compile(
    r"(?:(?:\d{1,2}\) |\[?\]string\{|<<)(?=\")|(?:string|str|String|text|varchar)\(\d+\)|s:\d+:"
    r"|(?:array|Array|list|List|new String|String|string)\((?=[\"'])|[ubrBN@$](?=[\"']))\s*"
)
_LABEL = re.compile(
    r"[\"']?\b(?:value|val|content|data|S|string|stringValue)\b[\"']?\s*(?:=>|[:=])\s*"
)
_OTHER_KEY = re.compile(r"[\"']\w{1,20}[\"']\s*(?:=>|:)\s*")
_VALUE_LABEL = re.compile(r"[\"']?\bvalue[\"']?\s*(?:=>|[:=])\s*", re.IGNORECASE)
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "『": "』"}
_BRACKETS = {")": "(", "]": "[", "}": "{", '"': '"', "'": "'", "`": "`", "」": "「", "』": "『"}
_CLOSING = {opening: closing for closing, opening in _BRACKETS.items() if opening != closing}

_BARE = re.compile(r"[^\s,;|&<>()\[\]{}\"'`、，；｜]+")
# Behind a value within a line: signs, other parameters with their values, the beginning of the
# next key. Atomic groups: nothing is tried twice.
_TAIL = re.compile(
    r"(?>[\s\W]*)(?>(?:d|F|data[\w-]*|form[\w-]*)(?=[\s'\"=]*\Z)[\s'\"=]*)?"
    r"(?>[\w.\-]+[\"'\])]*\s*(?:=>|[:=])\s*[\"'\[(]*[^\s,;&|\"'\])}]*[\s\W]*)*(?:\w+[\[.(][\"']?)?"
)
_CODES = re.compile(r"[0-9A-Z]{3,9}(?:\|[0-9A-Z]{3,9})*(?![0-9A-Za-z])")
_EDGE = " \t\r\n\u00a0\u3000"
_LINE_EDGE = _EDGE + ",;*`|。、│"
_STRONG = re.compile(r"[=:：＝>|,/\t→\]\"'｜】…‥│]|\.{3}|\s\s|->")


@dataclass(frozen=True)
class Pair:
    """A name with its value. `start` is the name's place, `at` and `end` the value's."""

    name: str
    value: str
    spelt: str
    start: int
    at: int
    end: int
    quoted: bool = False


def with_values(text: str, names: Sequence[Occurrence]) -> Iterator[Pair]:
    """Each name that has a value behind it."""
    inline = False
    for name, following in zip(names, [*names[1:], None], strict=False):
        limit = min(name.end + REACH, following.start if following else len(text))
        gap_end = text.find(BREAK, name.end, limit)
        limit = limit if gap_end < 0 else gap_end
        last = following is None or following.start - name.end > REACH
        pair = _Behind(text, name, limit, last=last, inline=inline).pair()
        inline = "\n" not in text[name.end : limit] or (last and inline)
        if pair is not None:
            yield pair


class _Behind:
    """What stands behind a name, up to `limit`: the next name, or where it cannot matter any more.

    `last`: no other name follows. `inline`: the name before stood in the same line.
    """

    def __init__(
        self, text: str, name: Occurrence, limit: int, *, last: bool, inline: bool
    ) -> None:
        self._text = text
        self._name = name
        self._limit = limit
        self._last = last
        self._inline = inline
        self._before = text[max(0, name.start - 1) : name.start]

    def pair(self) -> Pair | None:
        """The name with its value; None where the name only stands in a sentence."""
        text, end_of_name = self._text, self._name.end
        if self._before in {'"', "'"} and text[end_of_name : end_of_name + 1] == "=":
            end = text.find(self._before, end_of_name, self._limit)
            if end >= 0:  # "name=value", quoted as a whole
                return self._pair(
                    text[end_of_name + 1 : end], end_of_name + 1, end, "=", quoted=True
                )
        at = self._begin()
        link = text[end_of_name:at]
        if at >= self._limit:
            return self._pair("", self._limit, self._limit, link)
        end = text.find(_QUOTES.get(text[at], "\0"), at + 1, self._limit)
        if end >= 0:
            return self._pair(text[at + 1 : end], at + 1, end, link + text[at], quoted=True)
        value, end = self._bare(at, link)
        if value and _CLOSING.get(link.rstrip()[-1:], text[end : end + 1]) != text[end : end + 1]:
            value = text[end_of_name:end].strip()  # a bracket that never closes belongs to it
        return self._pair(value, at, end, link)

    def _begin(self) -> int:
        """Where the value begins, or the quote before it."""
        at = self._past(_LINK, self._past(_CLOSE, self._name.end))
        if (typed := self._past(_TYPE, at)) > at:
            at = self._past(re.compile(r"\s*"), typed)
        if _LABEL.match(self._text, at, self._limit):
            at = self._past(_LABEL, at)
        elif _OTHER_KEY.match(self._text, at, self._limit):
            label = _VALUE_LABEL.search(self._text, at, self._limit)
            at = label.end() if label else at
        return self._past(_TYPE, at)

    def _past(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self._text, at, self._limit)
        return match.end() if match else at

    def _bare(self, at: int, link: str) -> tuple[str, int]:
        """A value without quotes: to the end of its line, or to what ends it within the line."""
        if self._name.name in UNSIGNED and (codes := _CODES.match(self._text, at, self._limit)):
            return codes[0], codes.end()
        line_end = self._text.find("\n", at, self._limit)
        end = self._limit if line_end < 0 else line_end
        word = _BARE.match(self._text, at, end)
        if word is None:
            return "", at
        tail = self._text[word.end() : end]
        within = line_end < 0 and not self._last
        if self._ends_value(tail, link, within=within):
            return word[0], word.end()
        cell = self._text[at:end] if within else re.split(r"[\t|<｜│]", self._text[at:end])[0]
        value = cell.rstrip(_EDGE if within else _LINE_EDGE)
        if value[-1:] in _BRACKETS and _BRACKETS[value[-1]] in self._before + link:
            value = value[:-1].rstrip(_EDGE)
        return value, at + len(value)

    def _ends_value(self, tail: str, link: str, *, within: bool) -> bool:
        """Whether what follows a word says that the value ends with the word."""
        if tail.startswith("</"):
            return True
        opened = _BRACKETS.get(tail[:1])
        closes = opened is None or opened in self._before + link
        if within:
            return closes and len(tail) <= REACH and _TAIL.fullmatch(tail) is not None
        return self._inline and self._last and (not tail or tail[0] in " \t)]}>,;|&<\"'")

    def _pair(
        self, value: str, at: int, end: int, link: str, *, quoted: bool = False
    ) -> Pair | None:
        name = self._name.name
        value = _percent_undone(name, value)
        if name in UNSIGNED and not fits(name, value) and (value in _NOTHING or "\n" in link):
            value, end = "", at
        weak = not _STRONG.search(link) or "\n" in link or self._name.spelt == "受信値"
        if weak and name not in UNSIGNED and '"' not in link and not fits(name, value):
            return None
        return Pair(name, value, self._name.spelt, self._name.start, at, end, quoted)


def _percent_undone(name: str, value: str) -> str:
    if "%" not in value or fits(name, value):
        return value
    return short_text(unquote_to_bytes(value)) or value
