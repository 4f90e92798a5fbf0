"""Masking: secrets out of what is shown. The raw evidence itself stays whole.

A body is masked as it stands, with its own escapes and its own spelling of the names, whether it is
an answer of the protocol or a page of HTML that repeats what it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote_from_bytes, unquote_to_bytes

from app.protocol.text import WINDOWS_31J
from app.protocol.wire import FORM_TYPE, split_form

SECRETS = {"shoppass": "ShopPass", "accesspass": "AccessPass", "token": "Token"}  # nosec B105 # a parameter's name
"""The parameters that are never shown, by their lower-cased names."""

MASK = "••••••"

# A secret's name and value outside of any form: in JSON, a log line, a page of HTML.
_LOOSE = re.compile(
    r"""((?:shoppass|accesspass|token)["'\s]*(?:=>|[=:>]|%3[ad]|[^<>&]{0,80}\bvalue\s*=)["'\s]*)"""
    r"""[^\s&"'<>,;|]+""",
    re.IGNORECASE,
)

# Shorter values stand in innocent text too often.
_TELLING_LENGTH = 4

# What a shell and a terminal leave alone between single quotes.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("'", "")


def mask_form(raw: bytes) -> str:
    """A request body for display, as it was sent: still escaped, its secrets masked."""
    return _without_secrets(raw, lambda _: MASK)


def mask_answer(raw: bytes, request: bytes = b"") -> str:
    """An answer for display. `request` is what it answers: a page of HTML may repeat it."""
    text = _without_secrets(raw, lambda _: MASK)
    for secret in _secrets_of(request):
        text = text.replace(secret, MASK)
    return text


def mask_values(pairs: Iterable[tuple[str, str]], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Decoded parameters for display. `secrets` are hidden wherever they are repeated."""
    telling = [secret for secret in secrets if len(secret) >= _TELLING_LENGTH]
    return [(name, _masked_value(name, value, telling)) for name, value in pairs]


def _masked_value(name: str, value: str, secrets: Iterable[str]) -> str:
    if plain_name(name) in SECRETS:
        return MASK if value else ""
    for secret in secrets:
        value = value.replace(secret, MASK)
    return _LOOSE.sub(rf"\g<1>{MASK}", value)


def plain_name(name: str) -> str:
    """A parameter's name without what a careless sender puts around it, in small letters."""
    return name.strip("\r\n\t +\ufeff").lower()


def curl_of(url: str, raw: bytes) -> str:
    """A command that sends this body again, with placeholders in the place of the secrets."""
    body = _without_secrets(raw, "<{}>".format, lambda part: quote_from_bytes(part, _PLAIN))
    address = quote_from_bytes(url.encode(), _PLAIN)
    return f"curl '{address}' -H 'Content-Type: {FORM_TYPE}' --data-raw '{body}'"


def _without_secrets(
    raw: bytes, instead: Callable[[str], str], text_of: Callable[[bytes], str] | None = None
) -> str:
    shown = text_of or _text
    return "&".join(_masked_pair(pair, instead, shown) for pair in raw.split(b"&"))


def _masked_pair(pair: bytes, instead: Callable[[str], str], shown: Callable[[bytes], str]) -> str:
    name, equals, value = pair.partition(b"=")
    secret = SECRETS.get(_plain_name(name))
    if secret and value:
        return f"{shown(name + equals)}{instead(secret)}"
    return _LOOSE.sub(rf"\g<1>{instead('secret')}", shown(pair))


def _plain_name(name: bytes) -> str:
    return plain_name(unquote_to_bytes(name).decode("latin-1"))


def _text(raw: bytes) -> str:
    """Windows-31J where it can be; UTF-8 where only that fits (HTML of a server between us)."""
    for encoding in (WINDOWS_31J, "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode(WINDOWS_31J, "replace")


def _secrets_of(request: bytes) -> Iterable[str]:
    for name, value in split_form(request):
        if _plain_name(name) in SECRETS and len(value) >= _TELLING_LENGTH:
            yield value.decode(WINDOWS_31J, "replace")
