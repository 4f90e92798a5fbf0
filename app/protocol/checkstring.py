"""CheckString: the signature of a callback (Interface 2.1.2.4).

Lower-case hexadecimal MD5 of ShopID, OrderID, Status, TranDate and the plain ShopPass, values only,
nothing between them. It covers neither the amount nor ErrCode and ErrInfo, and whoever holds the
password (at most 8 characters) can sign anything: a verified callback is reported, not confirmed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest

from app.protocol.messages.answers import Result
from app.protocol.reading import COVERED, MALFORMED, SIGNED, Reading, read_result
from app.protocol.statuses import Status
from app.protocol.text import encode

__all__ = [
    "COVERED",
    "MALFORMED",
    "SIGNED",
    "Judgement",
    "Reading",
    "Verdict",
    "compute",
    "judge",
    "md5_hex",
    "read_result",
    "signed_result",
    "to_bytes",
]


class Verdict(StrEnum):
    """Whether to believe a callback. Only a verified one may move anything."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NO_CHECKSTRING = "no-checkstring"
    UNKNOWN_SHOP = "unknown-shop"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Judgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    reading: Reading
    computed: str | None = None  # where a received CheckString was compared with it
    upper_case: bool = False  # it verified, in upper-case digits: accepted, and said


def compute(
    ShopID: str | bytes,
    OrderID: str | bytes,
    Status: str | bytes,
    TranDate: str | bytes,
    ShopPass: str | bytes,
) -> str:
    """The CheckString of these values. Give the bytes received where there are any."""
    parts = (ShopID, OrderID, Status, TranDate, ShopPass)
    return md5_hex(b"".join(map(to_bytes, parts)))


def to_bytes(part: str | bytes) -> bytes:
    """A value as it is signed. Total: what Windows-31J cannot say simply never verifies."""
    return part if isinstance(part, bytes) else encode(part, "backslashreplace")


def md5_hex(message: bytes) -> str:
    """MD5 as the interface wants it."""
    return hashlib.md5(message, usedforsecurity=False).hexdigest()


def signed_result(
    ShopID: str,
    OrderID: str,
    Status: Status,
    TranDate: str,
    ShopPass: str,
    ErrCode: str = "",
    ErrInfo: str = "",
) -> Result:
    """A result with the CheckString the gateway would give it. Raises InvalidMessage."""
    check_string = compute(ShopID, OrderID, Status, TranDate, ShopPass)
    return Result(ShopID, OrderID, Status, TranDate, check_string, ErrCode, ErrInfo)


def judge(reading: Reading, password_of: Callable[[str], str | bytes | None]) -> Judgement:
    """Judge a result: its shape, then its shop, then whether it is signed, then the signature.

    `password_of` gives the present ShopPass of a ShopID, None for a shop that is not ours;
    as `to_bytes` makes it, where it is asked for often.
    """
    if reading.malformed is not None:
        return Judgement(Verdict.MALFORMED, reading)
    password = password_of(reading.values["ShopID"])
    if password is None:
        return Judgement(Verdict.UNKNOWN_SHOP, reading)
    received = reading.signed.get("CheckString")
    if not received:
        return Judgement(Verdict.NO_CHECKSTRING, reading)
    return _compared(reading, received, password)


def _compared(reading: Reading, received: bytes, password: str | bytes) -> Judgement:
    computed = md5_hex(b"".join((*map(reading.signed.__getitem__, COVERED), to_bytes(password))))
    equal = compare_digest(computed.encode(), received.lower())
    verdict = Verdict.VERIFIED if equal else Verdict.MISMATCH
    return Judgement(verdict, reading, computed, equal and received != received.lower())
