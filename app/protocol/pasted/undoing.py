"""Everything that can be undone in a text, the harmless before what may tear a value apart.

None of these changes a letter for another: each takes back what a program, a page or a mail did to
characters on the way. A cost tells how far from the text as it came a reading goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from app.protocol.pasted import bytes_written as written
from app.protocol.pasted import packed
from app.protocol.pasted.charset import short_text
from app.protocol.pasted.effort import Effort
from app.protocol.pasted.found import Way
from app.protocol.pasted.view import WIDE, View
from app.protocol.text import to_half_width
from app.protocol.wire import unescaped

Undo = Callable[[re.Match[str]], str | None]


@dataclass(frozen=True)
class Undoing:
    """One thing that can be undone. `depth` is how much deeper an undone character lies."""

    way: Way
    pattern: re.Pattern[str]
    undo: Undo
    cost: int = 1
    depth: int = 1
    sign: str = ""  # without this character there is nothing of it

    def of(self, view: View) -> View | None:
        """The view with this undone; None where there is nothing of it."""
        if self.sign not in view.text or (self.way in _WIDE and view.text.isascii()):
            return None
        return view.undone(self.pattern, self.undo, self.way, self.cost, self.depth)


_WIDE = {Way.INVISIBLE, Way.WIDTH}
"""Undone in characters that are not ASCII only."""


def views_beyond(view: View, effort: Effort) -> Iterator[View]:
    """The view with each one thing undone. Raises Exhausted."""
    for undoing in _UNDOINGS:
        effort.spend(len(view.text) // 8)
        beyond = undoing.of(view)
        if beyond is not None:
            effort.spend(len(view.text) // 8 + 8 * len(beyond.changes[-1][1]))
            yield beyond


def _nothing(_: re.Match[str]) -> str:
    return ""


# Escapes that leave what they do not know.


def _percent(match: re.Match[str]) -> str | None:
    return short_text(unescaped(match[0].encode()))


_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "\n": "", "\r\n": ""}


def _backslash(match: re.Match[str]) -> str | None:
    """One backslash escape, or a run of those that make up one character together."""
    if match["units"]:
        units = b"".join(
            int(unit, 16).to_bytes(2, "big") for unit in match["units"].split("\\u")[1:]
        )
        return _or_none(units, "utf-16-be")
    if match["point"]:
        point = int(match["point"], 16)
        return chr(point) if point < 0xD800 or 0xDFFF < point < 0x110000 else None
    if match["bytes"]:
        return short_text(bytes.fromhex(match["bytes"].replace("\\x", "").replace("\\X", "")))
    if match["octal"]:
        codes = [int(code, 8) for code in match["octal"].split("\\")[1:]]
        return short_text(bytes(codes)) if max(codes) < 256 else None
    one = match["one"]
    # An escape of a letter that is none of the known ones stays: a value may have been broken so.
    return _CONTROLS.get(one, None if one.isalnum() or one == "-" else one)


def _or_none(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return None


def _powershell(match: re.Match[str]) -> str:
    return chr(int(match["code"])) if match["code"] else ""


def _visible(match: re.Match[str]) -> str:
    """Lines of which every one ends in the sign that `cat -A` puts there."""
    return re.sub(r"(?:\^M)?\$$", "", match[0], flags=re.MULTILINE).replace("^I", "\t")


def _quoted_printable(match: re.Match[str]) -> str | None:
    if "\n" in match[0]:
        return ""
    return short_text(bytes.fromhex(match[0].replace("=", "")))


def _width(match: re.Match[str]) -> str:
    if match["kana"]:
        return unicodedata.normalize("NFKC", match[0])
    return to_half_width(unicodedata.normalize("NFKC", match[0]))


# Cells and lines of a page.

_ATTRIBUTE = re.compile(r"\b(name|value)=[\"']([^\"']*)[\"']")
_INLINE = {"a", "b", "code", "em", "font", "i", "mark", "small", "span", "strong", "u", "wbr"}
_CELLS = {"td", "th", "dt", "key"}


def _tag(match: re.Match[str]) -> str:
    name = match["tag"].lower()
    attributes = dict(_ATTRIBUTE.findall(match[0]))
    if "name" in attributes and "value" in attributes:
        return f'\n"{attributes["name"]}"\t"{attributes["value"]}"\n'
    if name in _INLINE:
        behind = match.string[match.end() : match.end() + 2]
        beside = match["closing"] and behind[:1] == "<" and behind[1:] != "/"
        return "\t" if beside else match["after"]
    if name in _CELLS:
        return "\t" if match["closing"] else ""
    return "\n"


_VALUE_FIRST = re.compile(
    r"\{\s*[\"']\w*value[\"']\s*:\s*(?P<value>[\"'][^\"']*[\"']).*?"
    r"[\"'](?:name|key)[\"']\s*:\s*(?P<name>[\"']\w+[\"'])",
    re.IGNORECASE | re.DOTALL,
)


def _reversed(match: re.Match[str]) -> str | None:
    """An object that tells a value before the name it has."""
    found = _VALUE_FIRST.match(match[0])
    return f"{{{found['name']}: {found['value']}}}" if found else None


_SOFT = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"

_UNDOINGS = (
    Undoing(Way.INVISIBLE, re.compile(f"[{_SOFT}]+"), _nothing, depth=0),
    Undoing(
        Way.HTML,
        re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"),
        lambda m: unescape(m[0]),
    ),
    Undoing(
        Way.BACKSLASH,
        re.compile(
            r"(?P<units>(?:\\u[0-9A-Fa-f]{4})+)|\\u\{(?P<point>[0-9A-Fa-f]{1,6})\}"
            r"|(?P<bytes>(?:\\[xX][0-9A-Fa-f]{2})+)|(?P<octal>(?:\\[0-7]{3})+)"
            r"|\\(?P<one>\r\n|.)",
            re.DOTALL,
        ),
        _backslash,
        sign="\\",
    ),
    Undoing(Way.SYSTEM_LOG, re.compile("#0[0-7]{2}"), lambda m: chr(int(m[0][1:], 8))),
    Undoing(Way.CARET, re.compile(r"\^(?=[\"&|<>%^])|\^\r?\n"), _nothing, depth=0),
    Undoing(Way.CARET, re.compile(r"\$\(\[char\](?P<code>1[03])\)|`(?=[\"`$])"), _powershell),
    Undoing(Way.VISIBLE, re.compile(r"(?:^[^\n]{0,2000}\$(?:\n|\Z)){3,}", re.MULTILINE), _visible),
    Undoing(Way.TERMINAL, re.compile("\x1b\\[[0-9;?]{0,30}[@-~]"), _nothing, depth=0, sign="\x1b"),
    Undoing(Way.PERCENT, re.compile(r"(?:%[0-9A-Fa-f]{2})+(?:\+(?:%[0-9A-Fa-f]{2})+)*"), _percent),
    Undoing(
        Way.WIDTH,
        re.compile(
            "[\uff01-\uff64\uffe0-\uffee\u3000]+|[‐‑‒–—―−]+"
            "|(?<=[0-9A-Za-zＡ-Ｚａ-ｚ０-９])[ーｰ](?=[0-9A-Za-zＡ-Ｚａ-ｚ０-９])|(?P<kana>[\uff65-\uff9f]+)"
        ),
        _width,
        depth=WIDE,
    ),
    Undoing(
        Way.QUOTED_PRINTABLE,
        re.compile(r"=[ \t]*\r?\n|(?:=[0-9A-F]{2})+"),
        _quoted_printable,
        cost=2,
    ),
    Undoing(
        Way.BASE64,
        re.compile(r"[A-Za-z0-9+/_-]{56,}(?:\s+[A-Za-z0-9+/_-]{4,})*={0,2}"),
        written.base64,
        cost=2,
    ),
    Undoing(
        Way.BYTES,
        re.compile(
            r"(?:^[ \t>|]*(?:0x)?[0-9A-Fa-f]{4,16}:?[ \t]+[0-9A-Fa-f]{2}[^\n]*(?:\n|\Z)){2,}",
            re.MULTILINE,
        ),
        written.dump,
        cost=2,
    ),
    Undoing(
        Way.BYTES,
        re.compile(
            r"(?<![0-9A-Fa-f])(?:(?:[0-9A-Fa-f]{2}){56,}"
            r"|(?:(?:0x)?[0-9A-Fa-f]{2}[,:\s-]{1,8}){56,}(?:0x)?[0-9A-Fa-f]{2})"
        ),
        written.hex_digits,
        cost=2,
    ),
    Undoing(
        Way.BYTES,
        re.compile(r"(?:^[0-7]{7}(?: {3}\S| {2}\\\S| [0-7]{3}){1,16}\s*?\n){2,}", re.MULTILINE),
        written.characters,
        cost=2,
    ),
    Undoing(
        Way.BYTES,
        re.compile(r"(?<![0-9])(?:[0-9]{1,3}(?:,\s*|\s+)){56,}[0-9]{1,3}"),
        written.decimals,
        cost=2,
    ),
    *(Undoing(Way.BYTES, pattern, undo, cost=2) for pattern, undo in written.OTHER_DUMPS),
    Undoing(Way.PACKED, packed.PATTERN, packed.strings, cost=2),
    Undoing(Way.REVERSED, re.compile(r"\{[^{}]{1,600}\}"), _reversed, cost=2),
    Undoing(Way.TAGS, re.compile(r"\\(?:par|line|row)\b ?"), lambda _: "\n", cost=2),
    Undoing(
        Way.TAGS,
        re.compile(r"<(?P<closing>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)\b[^<>]{0,200}>(?P<after>\s*)"),
        _tag,
        cost=2,
    ),
    Undoing(Way.DOUBLED_QUOTES, re.compile(r'""|\'\''), lambda m: m[0][0], cost=2),
    Undoing(
        Way.WRAP,
        re.compile(
            r"(?<![ \t\r\n])[ \t]*\r?\n(?![ \t]*\r?\n)"  # an empty line ends what is before it
            r"(?:[ \t]*[>|])*[ \t]*(?:[0-9a-f]{4}: )?(?!ShopID)"
        ),
        _nothing,
        cost=3,
        depth=0,
    ),
)
