"""What may have been written otherwise: hashed, in another case, escaped, spaced, re-ordered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from urllib.parse import quote, quote_plus, unquote_to_bytes

from app.protocol.checkstring import COVERED
from app.protocol.diagnosis import ways
from app.protocol.diagnosis.suspicion import (
    ORDER,
    PARTS,
    PASSWORD,
    SHOP,
    STATUS,
    Received,
    Suspicion,
)
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import unescaped
from app.protocol.words import N_, Sentence


def hashed_passwords(received: Received) -> Iterator[Suspicion]:
    """A hash of the password in its place, as the interface's wording can be misread."""
    for algorithm in ("md5", "sha1", "sha256"):
        digest = hashlib.new(algorithm, received.parts[PASSWORD], usedforsecurity=False)
        lower = digest.hexdigest()
        name = algorithm.upper()
        for words, replacement in (
            (N_("%(name)s, lower-case hex"), lower.encode()),
            (N_("%(name)s, upper-case hex"), lower.upper().encode()),
            (N_("%(name)s, raw bytes"), digest.digest()),
        ):
            message = received.but(PASSWORD, replacement)
            value = Sentence(words, {"name": name})
            yield Suspicion(message, ways.HASHED_PASSWORD, "ShopPass", value)


def cases(received: Received) -> Iterator[Suspicion]:
    """One part, or all, in upper, lower or swapped case."""
    for place in (SHOP, ORDER, STATUS):
        for value in _recased(received.parts[place]):
            yield Suspicion(received.but(place, value), ways.CASE, PARTS[place], _text(value))
    for password, words in _recased(received.parts[PASSWORD]).items():
        message = received.but(PASSWORD, password)
        yield Suspicion(message, ways.CASE_OF_PASSWORD, "ShopPass", words)
    for message, words in _recased(b"".join(received.parts)).items():
        yield Suspicion(message, ways.CASE_OF_ALL, "", words)


def _recased(part: bytes) -> dict[bytes, Sentence]:
    """The part in other cases, each once; the plainer name wins where two are the same."""
    return {
        part.swapcase(): Sentence(N_("swapped case")),
        part.upper(): Sentence(N_("upper case")),
        part.lower(): Sentence(N_("lower case")),
    }


_SPACES = (
    (b" ", Sentence(N_("a space"))),
    (b"\t", Sentence(N_("a tab"))),
    (b"\n", Sentence(N_("a line feed"))),
    (b"\r", Sentence(N_("a carriage return"))),
    (b"\r\n", Sentence(N_("a line end (CR LF)"))),
    (b"\x00", Sentence(N_("a NUL character"))),
    ("　".encode(WINDOWS_31J), Sentence(N_("a full-width space"))),
)


COMMON_SPACES = tuple(one for one in _SPACES if one[0] in {b" ", b"\n", b"\r\n"})
"""Those that copying and files leave at the end of a setting."""


def spaces(
    received: Received, characters: Sequence[tuple[bytes, Sentence]] = _SPACES
) -> Iterator[Suspicion]:
    """White space at either end of one part."""
    for place, name in enumerate(PARTS):
        part = received.parts[place]
        for space, words in characters:
            before = Sentence(N_("%(character)s before"), {"character": words})
            after = Sentence(N_("%(character)s after"), {"character": words})
            yield Suspicion(received.but(place, space + part), ways.SPACE, name, before)
            yield Suspicion(received.but(place, part + space), ways.SPACE, name, after)


CHARSETS = ("utf-16-le", "utf-16-be", "utf-8-sig", "utf-16")


def encodings(received: Received) -> Iterator[Suspicion]:
    """Escapes not decoded or, in the password, one time too many or too few; another charset."""
    yield from escapes(received)
    text = _text(b"".join(received.parts))
    for charset in CHARSETS:
        yield Suspicion(text.encode(charset), ways.CHARSET, "", charset.upper())


def escapes(received: Received) -> Iterator[Suspicion]:
    """Escapes not decoded or, in the password, one time too many or too few."""
    password = received.parts[PASSWORD]
    yield Suspicion(_undecoded(received.raw) + password, ways.NOT_DECODED, "", "")
    for replacement, value in _rewritten(password).items():
        message = received.but(PASSWORD, replacement)
        yield Suspicion(message, ways.ESCAPED_PASSWORD, "ShopPass", value)


def _rewritten(password: bytes) -> dict[bytes, Sentence]:
    """The password as a form would write or read it, each once; the plainer name wins."""
    escaped, decoded = quote_plus(password).encode(), unescaped(password)
    forms = (
        (escaped, Sentence(N_("escaped"))),
        (
            quote(password, safe="!*'()").encode(),
            Sentence(N_("escaped in part")),
        ),
        (
            _in_lower_digits(escaped),
            Sentence(N_("escaped in lower-case digits")),
        ),
        (quote_plus(escaped).encode(), Sentence(N_("escaped twice"))),
        (decoded, Sentence(N_("decoded"))),
        (unescaped(decoded), Sentence(N_("decoded twice"))),
        (password.replace(b"+", b" "), Sentence(N_("read with + as a space"))),
        (unquote_to_bytes(password), Sentence(N_("decoded but for its +"))),
    )
    found: dict[bytes, Sentence] = {}
    for form, words in forms:
        found.setdefault(form, words)
    return found


def _in_lower_digits(escaped: bytes) -> bytes:
    return re.sub(rb"%..", lambda match: match[0].lower(), escaped)


def _undecoded(raw: bytes) -> bytes:
    """The covered values as they stand in the body, escapes and all."""
    values: dict[bytes, bytes] = {}
    for pair in raw.split(b"&"):
        name, _, value = pair.partition(b"=")
        values.setdefault(unescaped(name).lower(), value)
    return b"".join(values.get(name.lower().encode(), b"") for name in COVERED)


def orders_of_fields(received: Received) -> Iterator[Suspicion]:
    """The five parts joined in every other order."""
    for order in permutations(range(len(PARTS))):
        message = b"".join(received.parts[place] for place in order)
        value = " + ".join(PARTS[place] for place in order)
        yield Suspicion(message, ways.ORDER_OF_FIELDS, "", value)


def _text(part: bytes) -> str:
    return part.decode(WINDOWS_31J, "replace")
