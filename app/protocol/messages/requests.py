"""What is sent to the gateway: the three calls of a merchant and the customer's start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from app.protocol import fields as f
from app.protocol.calls import Call
from app.protocol.fields import Problem, Reason
from app.protocol.messages.message import Message, Parameter

# The gateway makes such OrderIDs itself (Interface, table 1.1-1).
# Assumed: merchants are asked to stay away from OrderIDs in ML-ORDER, and none is refused.
RESERVED_ORDER_ID = "ML-ORDER"

_outside_ascii = f.outside("!-~")


@dataclass(frozen=True)
class Request(Message):
    """Base of the requests. Version has a row but no attribute: it is never sent."""

    CALL: ClassVar[Call]

    @classmethod
    def own_problems(cls, values: Mapping[str, str]) -> tuple[Problem, ...]:
        """`problems`, and what we impose on ourselves beyond the gateway's checks."""
        order = [row.name for row in cls.PARAMETERS]
        found = (*cls.problems(values), *cls._imposed(values))
        return tuple(sorted(found, key=lambda problem: order.index(problem.parameter)))

    @classmethod
    def _imposed(cls, _values: Mapping[str, str], /) -> tuple[Problem, ...]:
        return ()


_VERSION = Parameter(f.VERSION, False, 3)
_SHOP_ID = Parameter(f.SHOP_ID, True, 13)
_SHOP_PASS = Parameter(f.SHOP_PASS, True, 8)
_ORDER_ID = Parameter(f.ORDER_ID, True, 27)


@dataclass(frozen=True)
class EntryTranRequest(Request):
    """EntryTranNetcash: register a trade (Interface 2.1.2.1). Amount and Tax in yen."""

    CALL: ClassVar[Call] = Call.ENTRY
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        _VERSION,
        _SHOP_ID,
        _SHOP_PASS,
        _ORDER_ID,
        Parameter(f.AMOUNT, True, 6, range=(1, f.AMOUNT_LIMIT)),
        Parameter(f.TAX, False, 6),
    )

    ShopID: str
    ShopPass: str = field(repr=False)
    OrderID: str
    Amount: int
    Tax: int | None = None

    @classmethod
    def problems(cls, values: Mapping[str, str]) -> tuple[Problem, ...]:
        """See Message.problems; Amount and Tax are also judged together."""
        found = super().problems(values)
        if any(problem.parameter in ("Amount", "Tax") for problem in found):
            return found
        # Assumed: the limit of Amount holds for Amount and Tax together, reported as Amount's.
        if int(values["Amount"]) + int(values.get("Tax") or 0) > f.AMOUNT_LIMIT:
            found += (Problem("Amount", Reason.TOTAL_OUT_OF_RANGE, f.AMOUNT_LIMIT),)
        return found

    @classmethod
    def _imposed(cls, values: Mapping[str, str], /) -> tuple[Problem, ...]:
        if values.get("OrderID", "").startswith(RESERVED_ORDER_ID):
            return (Problem("OrderID", Reason.RESERVED),)
        return ()


@dataclass(frozen=True)
class ExecTranRequest(Request):
    """ExecTranNetcash: ask for the payment (Interface 2.1.2.2)."""

    CALL: ClassVar[Call] = Call.EXEC
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        _VERSION,
        _SHOP_ID,
        _SHOP_PASS,
        Parameter(f.ACCESS_ID, True, 32),
        Parameter(f.ACCESS_PASS, True, 32),
        _ORDER_ID,
        Parameter(f.RET_URL, True, 256),
        Parameter(f.CLIENT_FIELD_1, False, 100),
        Parameter(f.CLIENT_FIELD_2, False, 100),
        Parameter(f.CLIENT_FIELD_3, False, 100),
        # NNCGIFT was withdrawn in edition 1.01.
        Parameter(f.NETCASH_PAY_TYPE, True, 40, values=("NETCASH",)),
    )

    ShopID: str
    ShopPass: str = field(repr=False)
    AccessID: str
    AccessPass: str = field(repr=False)
    OrderID: str
    RetURL: str
    ClientField1: str | None = None
    ClientField2: str | None = None
    ClientField3: str | None = None
    NetCashPayType: str = "NETCASH"

    @classmethod
    def _imposed(cls, values: Mapping[str, str], /) -> tuple[Problem, ...]:
        url = values.get("RetURL", "")
        if not url:
            return ()
        found = [] if _is_http(url) else [Problem("RetURL", Reason.NOT_HTTP)]
        reported = f.unsendable(url)
        if foreign := "".join(c for c in _outside_ascii(url) if c not in reported):
            found.append(Problem("RetURL", Reason.ILLEGAL_CHARACTER, characters=foreign))
        return tuple(found)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


@dataclass(frozen=True)
class StartRequest(Request):
    """NetCashStart: the customer's browser goes to pay (Interface 2.1.2.3)."""

    CALL: ClassVar[Call] = Call.START
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter(f.ACCESS_ID, True, 32),
        Parameter(f.TOKEN, True, 256),
    )

    AccessID: str
    Token: str = field(repr=False)


@dataclass(frozen=True)
class SearchRequest(Request):
    """SearchTradeMulti: what became of an order (Interface 3.1.2.1)."""

    CALL: ClassVar[Call] = Call.SEARCH
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        _VERSION,
        _SHOP_ID,
        _SHOP_PASS,
        _ORDER_ID,
        Parameter(f.PAY_TYPE, True, 2, values=("16",)),
    )

    ShopID: str
    ShopPass: str = field(repr=False)
    OrderID: str
    PayType: str = "16"
