"""Two changes that are common together; tried only where no single one explains a mismatch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from app.protocol.checkstring import to_bytes
from app.protocol.diagnosis import times, ways, writing
from app.protocol.diagnosis.suspicion import (
    PARTS,
    PASSWORD,
    SHOP,
    STATUS,
    Received,
    Suspects,
    Suspicion,
)
from app.protocol.statuses import RETURNED

SHOPS_TRIED = 20
"""Other shops that are tried with a stray character: each costs thirty hashes."""


class Couple(NamedTuple):
    """A text that may have been signed, and the two changes that lead to it."""

    message: bytes
    changes: tuple[Suspicion, Suspicion]


def couples(received: Received, suspects: Suspects) -> Iterator[Couple]:
    """All of them: about 7,000 hashes."""
    yield from _status_and_date(received, suspects)
    yield from _shop_and_space(received, suspects)
    yield from _escape_and_charset(received)


def _status_and_date(received: Received, suspects: Suspects) -> Iterator[Couple]:
    """A result that was turned round and given another time."""
    for status in RETURNED:
        value = status.encode()
        if value == received.parts[STATUS]:
            continue
        other = received.with_part(STATUS, value)
        change = Suspicion(b"", ways.STATUS, "Status", status)
        for date in chain(times.known(other, suspects), times.formats(other), times.shifts(other)):
            yield Couple(date.message, (change, date))


def _shop_and_space(received: Received, suspects: Suspects) -> Iterator[Couple]:
    """Another shop's settings, and a stray character that came with them."""
    own = received.parts[SHOP]
    others = ((one, word) for one, word in suspects.passwords.items() if one.encode() != own)
    for shop_id, password in islice(others, SHOPS_TRIED):
        with_password = received.with_part(PASSWORD, to_bytes(password))
        for way, other in (
            (ways.PASSWORD_OF_SHOP, with_password),
            (ways.SHOP, with_password.with_part(SHOP, to_bytes(shop_id))),
        ):
            name = PARTS[SHOP] if way is ways.SHOP else PARTS[PASSWORD]
            change = Suspicion(b"", way, name, shop_id)
            for space in writing.spaces(other, writing.COMMON_SPACES):
                yield Couple(space.message, (change, space))


def _escape_and_charset(received: Received) -> Iterator[Couple]:
    """A program that escapes what it signs, in a charset of its own."""
    for escaped in writing.escapes(received):
        text = escaped.message.decode("ascii", "replace")
        for charset in writing.CHARSETS:
            change = Suspicion(b"", ways.CHARSET, "", charset.upper())
            yield Couple(text.encode(charset), (escaped, change))
