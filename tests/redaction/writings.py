"""Every way in which the tests write a secret, and secrets as each kind of them is made."""

from __future__ import annotations

import base64
import html
import json
import string
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from app.redaction.known import tells

Writing = Callable[[str], str]


def _bytes(text: str) -> bytes:
    return text.encode()


def _every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in _bytes(text))


def _base64(before: int) -> Writing:
    def written(text: str) -> str:
        return base64.b64encode(b"xyz"[:before] + _bytes(text) + b"..").decode()

    return written


def _units(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


def _split(between: str) -> Writing:
    def written(text: str) -> str:
        return text[: len(text) // 2] + between + text[len(text) // 2 :]

    return written


WRITINGS: Mapping[str, Writing] = {
    "raw": str,
    "percent-escaped": lambda text: quote(text, safe=""),
    "percent-escaped, byte by byte": _every_byte,
    "percent-escaped twice": lambda text: quote(quote(text, safe=""), safe=""),
    "as a form": quote_plus,
    "HTML-escaped": html.escape,
    "HTML-escaped by numbers": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "HTML-escaped in hex": lambda text: "".join(f"&#x{ord(one):X};" for one in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, unit by unit": _units,
    "as Python shows it": lambda text: repr(text)[1:-1],
    "base64": _base64(0),
    "base64, one byte on": _base64(1),
    "base64, two bytes on": _base64(2),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(_bytes(text)).decode(),
    "hex": lambda text: _bytes(text).hex(),
    "hex in capitals, parted": lambda text: _bytes(text).hex(" ").upper(),
    "UTF-16": lambda text: "".join(f"{one}\0" for one in text),
    "UTF-16, the other way round": lambda text: "".join(f"\0{one}" for one in text),
    "over two lines": _split("\n"),
    "over two lines, indented": _split("\r\n   "),
}

ADDRESS_SAFE = string.ascii_letters + string.digits + "-_"
TYPED = string.ascii_letters + string.digits + string.punctuation
BASE32 = string.ascii_uppercase + "234567"


def _of(alphabet: str, shortest: int, longest: int) -> st.SearchStrategy[str]:
    made = st.text(alphabet, min_size=shortest, max_size=longest)
    return made.filter(lambda text: tells("".join(text.split())))


KINDS: Mapping[str, st.SearchStrategy[str]] = {
    "ShopPass": _of(TYPED, 6, 10),
    "SECRET_KEY": _of(TYPED, 32, 64),
    "session cookie": _of(ADDRESS_SAFE, 43, 43),
    "token": _of(ADDRESS_SAFE, 43, 43).map("ncd_".__add__),
    "TOTP seed": _of(BASE32, 32, 32),
    "recovery code": _of("abcdefghijklmnopqrstuvwxyz234567", 16, 16),
    "AccessPass": _of(string.hexdigits[:16], 32, 32),
    "Token of NetCashStart": _of(ADDRESS_SAFE, 20, 60),
    "webhook secret": _of(TYPED, 8, 40),
    "password in an address": _of(TYPED + " ", 6, 30).filter(lambda text: text == text.strip()),
}
