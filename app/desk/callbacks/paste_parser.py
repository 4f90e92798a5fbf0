"""The body of a callback out of whatever a person or a log has of it.

Total: any text gives a body, and a text in which nothing is recognised is taken as the body itself.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus, urlsplit

from app.protocol.messages import Result
from app.protocol.text import WINDOWS_31J, encode

NAMES = tuple(row.name for row in Result.PARAMETERS)


class Kind(StrEnum):
    """What a text was taken for."""

    CURL = "curl"
    JSON = "json"
    MULTIPART = "multipart"
    LINES = "lines"
    FORM = "form"  # a body, a query string, an address or a log line that holds one
    RAW = "raw"


@dataclass(frozen=True)
class Pasted:
    """The body that a text holds, as it would have arrived at RetURL."""

    kind: Kind
    body: bytes


def body_in(text: str) -> Pasted:
    """Find the body. Never raises."""
    text = text.strip().replace("&amp;", "&")
    for kind, find in _FINDERS.items():
        found = find(text)
        if found is not None:
            return Pasted(kind, found)
    return Pasted(Kind.RAW, _bytes(text))


def _bytes(text: str) -> bytes:
    return encode(text, "replace")


def _encoded(pairs: Iterable[tuple[str, Any]]) -> bytes:
    return b"&".join(_escaped(name) + b"=" + _escaped(str(value)) for name, value in pairs)


def _escaped(value: str) -> bytes:
    return quote_plus(encode(value, "replace")).encode("ascii")


def _is_callback(names: Iterable[str]) -> bool:
    """Whether these are a callback's names: its OrderID and one more of them."""
    known = {name.lower() for name in NAMES} & {name.lower() for name in names}
    return "orderid" in known and len(known) > 1


# curl, as browsers and people write it.

_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'")
_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_CMD = re.compile(r"\^([\"&|<>%^\n])")
_AS_IT_IS = {"-d", "--data", "--data-raw", "--data-binary", "--data-ascii"}
_TO_ESCAPE = {"--data-urlencode", "-F", "--form", "--form-string"}


def _in_curl(text: str) -> bytes | None:
    if not re.match(r"\$?\s*curl\s", text):
        return None
    text = text.replace("\r\n", "\n")
    if '^"' in text:  # as browsers copy it for Windows
        text = _CMD.sub(lambda match: match[1].replace("\n", " "), text)
    try:
        words = shlex.split(_ANSI_C.sub(_quoted, text).replace("\\\n", " ").replace("^\n", " "))
    except ValueError:  # a quote that is never closed
        return None
    data = [part for part in _data(words) if part]
    if data:
        return _in_multipart(data[0].decode(WINDOWS_31J, "replace")) or b"&".join(data)
    return next((_bytes(urlsplit(word).query) for word in words if "?" in word), None)


def _quoted(match: re.Match[str]) -> str:
    """$'…' of a shell as a plain quoted word."""
    return shlex.quote(_ESCAPED.sub(_unescaped, match[1]))


def _unescaped(match: re.Match[str]) -> str:
    sign = match[1]
    return chr(int(sign[1:], 16)) if len(sign) > 1 else _CONTROLS.get(sign, sign)


def _data(words: list[str]) -> Iterator[bytes]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, value = _option(word, following)
        if option in _AS_IT_IS and (option == "--data-raw" or not value.startswith("@")):
            yield _bytes(value)
        elif option in _TO_ESCAPE:
            name, _, content = value.partition("=")
            yield _encoded([(name, content)])


def _option(word: str, following: str) -> tuple[str, str]:
    """An option with its value, which may stand in the same word."""
    if word.startswith("--") and "=" in word:
        option, _, value = word.partition("=")
        return option, value
    if word[:2] in {"-d", "-F"} and len(word) > 2:
        return word[:2], word[2:]
    return word, following


# JSON: an object of parameters, or a piece of a log or of a HAR file that holds one somewhere.


def _in_json(text: str) -> bytes | None:
    start = re.search(r"[{\[]", text)
    if start is None:
        return None
    try:
        return _within(json.JSONDecoder().raw_decode(text, start.start())[0])
    except (ValueError, RecursionError):
        return None


def _within(value: Any) -> bytes | None:
    if isinstance(value, str):
        return _in_multipart(value) or _in_form(value)
    if isinstance(value, dict) and _is_callback(value):
        return _encoded(value.items())
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        pairs = [(str(one.get("name", "")), one.get("value", "")) for one in value]
        if _is_callback(name for name, _ in pairs):
            return _encoded(pairs)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for one in inner if (found := _within(one)) is not None), None)


# multipart/form-data, as an inspector shows it: each value under a head that names it.

_BOUNDARY = re.compile(r"^--(\S+)[ \t]*$", re.MULTILINE)
_NAMED = re.compile(
    r"""^content-disposition:.*?\bname="?([^"\n;]+)""", re.IGNORECASE | re.MULTILINE
)


def _in_multipart(text: str) -> bytes | None:
    text = text.replace("\r\n", "\n")
    boundary = _BOUNDARY.search(text)
    if boundary is None:
        return None
    pairs = []
    for part in f"\n{text[boundary.start() :]}".split(f"\n--{boundary[1]}"):
        head, _, value = part.partition("\n\n")
        if name := _NAMED.search(head):
            pairs.append((name[1], value))
    return _encoded(pairs) if _is_callback(name for name, _ in pairs) else None


# `key: value` lines, as people write them into mails and as inspectors show them.

_LINE = re.compile(
    rf"""^[ \t>*\["'-]*({"|".join(NAMES)})["'\]]*[ \t]*(?:=>|[:=：\t]|$)(.*)$""",
    re.IGNORECASE | re.MULTILINE,
)


def _in_lines(text: str) -> bytes | None:
    pairs = [(name, value.strip(" \t\r,").strip("\"'")) for name, value in _LINE.findall(text)]
    return _encoded(pairs) if _is_callback(name for name, _ in pairs) else None


# name=value&…: bare, behind a `?`, or somewhere in a line of a log.

# Begins only where a name can begin: a long text without any must not be tried from everywhere.
_FORM = re.compile(r"""(?<![^\s?"'<>=&;])[^\s?"'<>=&;]+=[^\s"'<>]*""")


def _in_form(text: str) -> bytes | None:
    for match in _FORM.finditer(text):
        if _is_callback(pair.partition("=")[0] for pair in match[0].split("&")):
            return _bytes(match[0])
    return None


_FINDERS = {
    Kind.CURL: _in_curl,
    Kind.JSON: _in_json,
    Kind.MULTIPART: _in_multipart,
    Kind.LINES: _in_lines,
    Kind.FORM: _in_form,
}
