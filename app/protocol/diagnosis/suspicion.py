"""What a mismatch is suspected of, and what there is to suspect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.protocol.checkstring import COVERED
from app.protocol.diagnosis.ways import Way
from app.protocol.words import Sentence

#: How many shops, and how many orders, are tried at most: the work is bounded.
TRIED_AT_MOST = 1_000

PARTS = (*COVERED, "ShopPass")
SHOP, ORDER, STATUS, DATE, PASSWORD = range(5)


class Suspicion(NamedTuple):
    """A text that may have been signed, and the one change that leads to it."""

    message: bytes
    way: Way
    parameter: str
    value: Sentence | str


@dataclass(frozen=True, slots=True)
class Suspects:
    """What of ours a result may have been made with. Passwords are by ShopID.

    `dates`: what else is known to have happened to its order when, as TranDate writes it.
    """

    passwords: Mapping[str, str] = field(repr=False)
    previous_passwords: Mapping[str, str] = field(repr=False)
    order_ids: Iterable[str]
    dates: Iterable[str] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """The five parts of the text that was expected, as bytes, and the body they came in."""

    parts: tuple[bytes, ...] = field(repr=False)  # the last is a password
    raw: bytes

    def with_part(self, place: int, value: bytes) -> Received:
        """The same with another value in one place."""
        return Received((*self.parts[:place], value, *self.parts[place + 1 :]), self.raw)

    def but(self, place: int, value: bytes) -> bytes:
        """The text with another value in one place."""
        return b"".join((*self.parts[:place], value, *self.parts[place + 1 :]))
