"""What comes from the gateway: answers to the calls, and the result by the customer's browser.

Assumed: the keys of a real answer come in its table's order, in which `pairs` says them. Nothing
reads by position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from app.protocol import fields as f
from app.protocol import statuses
from app.protocol.calls import Call
from app.protocol.fields import Reason
from app.protocol.messages.message import InvalidMessage, Message, Parameter
from app.protocol.wire import NotWindows31J, answer_pairs, first_values

_ERRORS = (Parameter(f.ERR_CODE, False, 3), Parameter(f.ERR_INFO, False, 9))
_YEN = ("JPN", "JPY", "", None)
_CODE = re.compile(r"[0-9A-Za-z]{1,9}")


@dataclass(frozen=True)
class EntryTranAnswer(Message):
    """The trade is registered (Interface 2.1.2.1)."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter(f.ORDER_ID, True, 27),
        Parameter(f.ACCESS_ID, True, 32),
        Parameter(f.ACCESS_PASS, True, 32),
        *_ERRORS,
    )

    OrderID: str
    AccessID: str
    AccessPass: str = field(repr=False)


@dataclass(frozen=True)
class ExecTranAnswer(Message):
    """The payment is asked for: what the customer's start needs (Interface 2.1.2.2)."""

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter(f.ACCESS_ID, True, 32),
        Parameter(f.TOKEN, True, 256),
        Parameter(f.START_URL, True, 256),
        *_ERRORS,
    )

    AccessID: str
    Token: str = field(repr=False)
    StartURL: str


@dataclass(frozen=True)
class SearchAnswer(Message):
    """What the gateway knows of an order (Interface 3.1.2.1). Amount and Tax in yen.

    It does return AccessPass. Free text is taken as it comes; so is NetCashPayType, since old
    trades may bear a value that is no longer accepted.
    """

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter(f.STATUS, True, None),
        Parameter(f.PROCESS_DATE, True, 14),
        Parameter(f.ACCESS_ID, True, 32),
        Parameter(f.ACCESS_PASS, True, 32),
        Parameter(f.AMOUNT, True, 10),
        Parameter(f.TAX, True, 10),
        Parameter(f.CURRENCY, False, 3, judged=False),
        Parameter(f.CLIENT_FIELD_1, False, 100, judged=False),
        Parameter(f.CLIENT_FIELD_2, False, 100, judged=False),
        Parameter(f.CLIENT_FIELD_3, False, 100, judged=False),
        Parameter(f.PAY_TYPE, True, 2, values=("16",)),
        Parameter(f.NETCASH_PAY_TYPE, False, 40, judged=False),
        *_ERRORS,
    )

    Status: statuses.Status
    ProcessDate: str
    AccessID: str
    AccessPass: str = field(repr=False)
    Amount: int
    Tax: int
    Currency: str | None = "JPN"
    ClientField1: str | None = None
    ClientField2: str | None = None
    ClientField3: str | None = None
    PayType: str = "16"
    NetCashPayType: str | None = "NETCASH"

    @property
    def in_yen(self) -> bool:
        """Whether Amount and Tax are in yen, which a gateway writes JPN, or not at all."""
        return self.Currency in _YEN

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values in the table's order; absent ones with an empty value."""
        rows = self.PARAMETERS[: -len(_ERRORS)]
        values = ((row.name, getattr(self, row.name)) for row in rows)
        return [(name, "" if value is None else str(value)) for name, value in values]

    @classmethod
    def _arguments(cls, values: Mapping[str, str]) -> dict[str, Any]:
        absent = {"Currency": None, "NetCashPayType": None}
        return absent | super()._arguments(values)


@dataclass(frozen=True)
class Result(Message):
    """The result that the customer's browser brings to RetURL (Interface 2.1.2.4).

    CheckString may be empty: that is a result nobody signed, and judged as such.
    """

    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter(f.SHOP_ID, True, 13),
        Parameter(f.ORDER_ID, True, 27),
        Parameter(f.STATUS, True, 16, values=statuses.RETURNED),
        Parameter(f.TRAN_DATE, True, 14),
        Parameter(f.CHECK_STRING, False, 32),
        *_ERRORS,
    )

    ShopID: str
    OrderID: str
    Status: statuses.Status
    TranDate: str
    CheckString: str
    ErrCode: str = ""
    ErrInfo: str = ""


@dataclass(frozen=True)
class ErrorAnswer:
    """The gateway refused: the codes of ErrInfo, in order. Replaces the normal body."""

    errors: tuple[str, ...]

    def pairs(self) -> list[tuple[str, str]]:
        """ErrCode and ErrInfo, the n-th of one belonging to the n-th of the other."""
        codes = "|".join(code[:3] for code in self.errors)
        return [("ErrCode", codes), ("ErrInfo", "|".join(self.errors))]


class NotUnderstood(ValueError):
    """An answer that is not one of the protocol's; `reason` says why, without any value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Answer: TypeAlias = EntryTranAnswer | ExecTranAnswer | SearchAnswer | ErrorAnswer

_ANSWERS: dict[Call, type[EntryTranAnswer | ExecTranAnswer | SearchAnswer]] = {
    Call.ENTRY: EntryTranAnswer,
    Call.EXEC: ExecTranAnswer,
    Call.SEARCH: SearchAnswer,
}


def read_answer(call: Call, raw: bytes) -> Answer:
    """The answer that `raw` is to `call`. Raises NotUnderstood for anything else.

    Keys compare without case, unknown ones are ignored, an empty value is an absent one. A
    parameter that comes twice must say the same twice.
    """
    try:
        pairs = answer_pairs(raw)
    except NotWindows31J as error:
        raise NotUnderstood(str(error)) from None
    values = first_values(pairs)
    _refuse_two_tongues(call, pairs, values)
    if values.get("errcode") and values.get("errinfo"):
        return ErrorAnswer(_codes(values["errinfo"]))
    return _success(call, values)


def _refuse_two_tongues(
    call: Call, pairs: Iterable[tuple[str, str]], values: Mapping[str, str]
) -> None:
    known = {row.name.lower(): row.name for row in _ANSWERS[call].PARAMETERS}
    for key, value in pairs:
        if key in known and value != values[key]:
            raise NotUnderstood(f"{known[key]} comes twice, with two values")


def _codes(error_list: str) -> tuple[str, ...]:
    """The codes of an ErrInfo; a trailing `|` and an ErrCode of another length are borne."""
    codes = tuple(code for code in error_list.split("|") if code)
    if not codes or not all(_CODE.fullmatch(code) for code in codes):
        raise NotUnderstood("ErrInfo is not a list of codes")
    return codes


def _success(call: Call, values: Mapping[str, str]) -> Answer:
    answer = _ANSWERS[call]
    rows = [row for row in answer.PARAMETERS if row not in _ERRORS]
    named = {row.name: values.get(row.name.lower(), "") for row in rows}
    if not any(named.values()):
        raise NotUnderstood("no parameter of this answer is there")
    # Assumed: a Tax that is there but empty says what a Tax of 0 says.
    if values.get("tax") == "":
        named["Tax"] = "0"
    try:
        return answer.from_values(named)
    except InvalidMessage as error:
        first = error.problems[0]
        state = "is missing" if first.reason is Reason.MISSING else "is not valid"
        raise NotUnderstood(f"{first.parameter} {state}") from None
