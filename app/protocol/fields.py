"""One rule per parameter: type, length, alphabet (Interface, table 1.1-1 and the calls' tables)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from app.protocol.statuses import Status
from app.protocol.text import (
    WINDOWS_31J,
    byte_length,
    distinct,
    encodes,
    normalise,
    to_half_width,
    unsendable,
)
from app.protocol.wire import NotAStamp, parse_jst_stamp

__all__ = [
    "AMOUNT_LIMIT",
    "CLIENT_FIELD_BYTES",
    "CLIENT_FIELD_FORBIDDEN",
    "ORDER_ID_LENGTH",
    "RET_URL_LENGTH",
    "WINDOWS_31J",
    "Field",
    "Problem",
    "Reason",
    "byte_length",
    "encodes",
    "normalise",
    "to_half_width",
    "unsendable",
]

AMOUNT_LIMIT = 200_000  # yen
ORDER_ID_LENGTH = 27  # characters
RET_URL_LENGTH = 256  # characters
CLIENT_FIELD_BYTES = 100  # Windows-31J bytes
CLIENT_FIELD_FORBIDDEN = "^`{|}~&<>\"'"


class Reason(StrEnum):
    """Why a value is refused."""

    MISSING = "missing"
    TOO_LONG = "too-long"
    ILLEGAL_CHARACTER = "illegal-character"
    NOT_A_NUMBER = "not-a-number"
    TOO_MANY_DIGITS = "too-many-digits"
    OUT_OF_RANGE = "out-of-range"
    TOTAL_OUT_OF_RANGE = "total-out-of-range"  # Amount and Tax together
    BAD_FORMAT = "bad-format"
    NOT_ACCEPTED = "not-accepted"
    RESERVED = "reserved"  # ours: OrderIDs that the gateway makes up itself
    NOT_HTTP = "not-http"  # ours: a RetURL no browser can be sent to


@dataclass(frozen=True, slots=True)
class Problem:
    """One failed check of one parameter. Never carries the value."""

    parameter: str
    reason: Reason
    limit: int | None = None  # the length, count or amount that was exceeded
    characters: str = ""  # the offending characters, in order, each once


Kind = Literal["CHAR", "NUMBER"]
Unit = Literal["characters", "bytes"]


@dataclass(frozen=True, slots=True)
class Field:
    """The rule of one parameter.

    A parameter has either a `shape`, whose failure is one fault whatever the cause, or a length and
    an alphabet that are judged apart, each with its own reason. `parse` turns a value without
    problems into what a message holds. `pattern` says shape or alphabet to other programs, as a
    regular expression for the whole value; empty where none can.
    """

    name: str
    kind: Kind
    length: int | None
    unit: Unit = "characters"
    shape: Callable[[str], bool] | None = None
    illegal: Callable[[str], str] = lambda _: ""
    parse: Callable[[str], str | int] = str
    pattern: str = ""

    def problems(self, value: str, length: int | None = None) -> tuple[Problem, ...]:
        """Every check that `value`, which is there and not empty, fails.

        `length` overrides the parameter's usual one where a call's own table differs.
        """
        limit = length or self.length
        if self.shape is not None:
            return () if self.shape(value) else (Problem(self.name, Reason.BAD_FORMAT, limit),)
        return (*self._length_problem(value, limit), *self._content_problem(value))

    def _length_problem(self, value: str, limit: int | None) -> tuple[Problem, ...]:
        size = byte_length(value) if self.unit == "bytes" else len(value)
        if limit is None or size <= limit:
            return ()
        reason = Reason.TOO_MANY_DIGITS if self.kind == "NUMBER" else Reason.TOO_LONG
        return (Problem(self.name, reason, limit),)

    def _content_problem(self, value: str) -> tuple[Problem, ...]:
        offending = self.illegal(value)
        if not offending:
            return ()
        reason = Reason.NOT_A_NUMBER if self.kind == "NUMBER" else Reason.ILLEGAL_CHARACTER
        return (Problem(self.name, reason, characters=offending),)


def outside(alphabet: str) -> Callable[[str], str]:
    """A judge that names the characters outside a regular expression's character class."""
    pattern = re.compile(f"[^{alphabet}]")
    return lambda value: distinct("".join(pattern.findall(value)))


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _is_stamp(value: str) -> bool:
    try:
        parse_jst_stamp(value)
    except NotAStamp:
        return False
    return True


def _illegal_in_client_field(value: str) -> str:
    # Assumed: half-width kana and the half-width space, of which no table speaks, are accepted.
    refused = {*CLIENT_FIELD_FORBIDDEN, *unsendable(value)}
    return distinct("".join(character for character in value if character in refused))


def _client_field(name: str) -> Field:
    limit, illegal = CLIENT_FIELD_BYTES, _illegal_in_client_field
    forbidden = CLIENT_FIELD_FORBIDDEN + _CONTROLS
    return Field(name, "CHAR", limit, "bytes", illegal=illegal, pattern=f"[^{forbidden}]*")


def _shaped(name: str, length: int, pattern: str, **more: Any) -> Field:
    """A parameter that a pattern judges as a whole."""
    return Field(name, "CHAR", length, shape=_matching(pattern), pattern=pattern, **more)


def _spelt(name: str, kind: Kind, length: int, alphabet: str, **more: Any) -> Field:
    """A parameter of which length and alphabet are judged apart."""
    return Field(name, kind, length, illegal=outside(alphabet), pattern=f"[{alphabet}]*", **more)


_CONTROLS = r"\x00-\x1f\x7f"

# Real ones are 32 hexadecimal digits; the interface gives no more than the length.
_LONG_32 = "[!-~]{32}"

VERSION = Field("Version", "CHAR", 3)
SHOP_ID = _shaped("ShopID", 13, "[0-9A-Za-z]{1,13}")
# Assumed: a ShopPass is made of visible ASCII characters.
SHOP_PASS = _shaped("ShopPass", 8, "[!-~]{1,8}")
ORDER_ID = _spelt("OrderID", "CHAR", ORDER_ID_LENGTH, "0-9A-Za-z-")
AMOUNT = _spelt("Amount", "NUMBER", 6, "0-9", parse=int)
TAX = _spelt("Tax", "NUMBER", 6, "0-9", parse=int)
ACCESS_ID = _shaped("AccessID", 32, _LONG_32)
ACCESS_PASS = _shaped("AccessPass", 32, _LONG_32)
RET_URL = Field("RetURL", "CHAR", RET_URL_LENGTH, illegal=unsendable, pattern=f"[^{_CONTROLS}]*")
CLIENT_FIELD_1 = _client_field("ClientField1")
CLIENT_FIELD_2 = _client_field("ClientField2")
CLIENT_FIELD_3 = _client_field("ClientField3")
NETCASH_PAY_TYPE = _spelt("NetCashPayType", "CHAR", 40, "0-9A-Za-z")
PAY_TYPE = Field("PayType", "CHAR", 2)
TOKEN = _shaped("Token", 256, "[!-~]{1,256}")
START_URL = _shaped("StartURL", 256, "(?=.{1,256}$)https?://[!-%'-~]+")
STATUS = _shaped("Status", 16, "|".join(Status), parse=Status)
TRAN_DATE = Field("TranDate", "CHAR", 14, shape=_is_stamp)
PROCESS_DATE = Field("ProcessDate", "CHAR", 14, shape=_is_stamp)
CHECK_STRING = _shaped("CheckString", 32, "[0-9A-Fa-f]{32}")
CURRENCY = Field("Currency", "CHAR", 3)
# Lists joined with `|`; the lengths are those of one entry.
ERR_CODE = _shaped("ErrCode", 3, r"[0-9A-Z]{3}(\|[0-9A-Z]{3})*")
ERR_INFO = _shaped("ErrInfo", 9, r"[0-9A-Z]{9}(\|[0-9A-Z]{9})*")
