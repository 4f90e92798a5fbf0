"""Masking: secrets out of what is shown of a body. The raw evidence itself stays whole.

A body is masked as it stands, with its own escapes and its own spelling of the names, whether it is
an answer of the protocol or a page of HTML that repeats what it was sent. What it holds of secrets
besides its parameters, `app.redaction` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote_from_bytes, unquote_to_bytes

from app.protocol.text import WINDOWS_31J
from app.protocol.wire import FORM_TYPE, split_form
from app.redaction import LOOSE, MASK, SECRETS, redacted, without

# What a shell and a terminal leave alone between single quotes.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("'", "")


def mask_form(raw: bytes) -> str:
    """A request body for display, as it was sent: still escaped, its secrets masked."""
    return without(_without_secrets(raw, lambda _: MASK), _secrets_of(raw))


def mask_answer(raw: bytes, request: bytes = b"") -> str:
    """An answer for display. `request` is what it answers: a page of HTML may repeat it."""
    return without(_without_secrets(raw, lambda _: MASK), _secrets_of(request))


def mask_values(pairs: Iterable[tuple[str, str]], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Decoded parameters for display. `secrets` are hidden wherever they are repeated."""
    known = list(secrets)
    return [(name, _masked_value(name, value, known)) for name, value in pairs]


def _masked_value(name: str, value: str, secrets: Iterable[str]) -> str:
    if plain_name(name) in SECRETS:
        return MASK if value else ""
    return redacted(value, secrets)


def plain_name(name: str) -> str:
    """A parameter's name without what a careless sender puts around it, in small letters."""
    return name.strip("\r\n\t +\ufeff").lower()


def curl_of(url: str, raw: bytes) -> str:
    """A command that sends this body again, with placeholders in the place of the secrets."""
    body = _without_secrets(raw, "<{}>".format, lambda part: quote_from_bytes(part, _PLAIN))
    address = quote_from_bytes(url.encode(), _PLAIN)
    command = f"curl '{address}' -H 'Content-Type: {FORM_TYPE}' --data-raw '{body}'"
    return without(command, _secrets_of(raw))


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
    return LOOSE.sub(rf"\g<1>{instead('secret')}", shown(pair))


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
        if _plain_name(name) in SECRETS:
            yield value.decode(WINDOWS_31J, "replace")
