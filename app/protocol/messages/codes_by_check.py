"""The ErrInfo with which the gateway reports each failed check."""

from __future__ import annotations

from app.protocol.calls import Call
from app.protocol.fields import Problem, Reason

_CLIENT_FIELD_CODES = {
    ("ClientField1", Reason.TOO_LONG): "M01039012",
    ("ClientField1", Reason.ILLEGAL_CHARACTER): "M01039013",
    ("ClientField2", Reason.TOO_LONG): "M01040012",
    ("ClientField2", Reason.ILLEGAL_CHARACTER): "M01040013",
    ("ClientField3", Reason.TOO_LONG): "M01041012",
    ("ClientField3", Reason.ILLEGAL_CHARACTER): "M01041013",
}

CODES: dict[tuple[str, Reason], str] = {
    ("Version", Reason.TOO_LONG): "M01001005",
    ("ShopID", Reason.MISSING): "M01002001",
    ("ShopID", Reason.BAD_FORMAT): "M01002008",
    ("ShopPass", Reason.MISSING): "M01003001",
    ("ShopPass", Reason.BAD_FORMAT): "M01003008",
    ("OrderID", Reason.MISSING): "M01004001",
    ("OrderID", Reason.TOO_LONG): "M01004012",
    ("OrderID", Reason.ILLEGAL_CHARACTER): "M01004013",
    ("Amount", Reason.MISSING): "M01005001",
    ("Amount", Reason.TOO_MANY_DIGITS): "M01005005",
    ("Amount", Reason.NOT_A_NUMBER): "M01005006",
    ("Amount", Reason.OUT_OF_RANGE): "M01005011",
    ("Amount", Reason.TOTAL_OUT_OF_RANGE): "M01005011",
    ("Tax", Reason.TOO_MANY_DIGITS): "M01006005",
    ("Tax", Reason.NOT_A_NUMBER): "M01006006",
    ("AccessID", Reason.MISSING): "M01007001",
    ("AccessID", Reason.BAD_FORMAT): "M01007008",
    ("AccessPass", Reason.MISSING): "M01008001",
    ("AccessPass", Reason.BAD_FORMAT): "M01008008",
    **_CLIENT_FIELD_CODES,
    ("PayType", Reason.MISSING): "M01051001",
    ("PayType", Reason.TOO_LONG): "M01051005",
    ("PayType", Reason.NOT_ACCEPTED): "M01051011",
    ("RetURL", Reason.MISSING): "M01056001",
    ("RetURL", Reason.TOO_LONG): "M01056012",
    # Assumed: a RetURL that is not Windows-31J, for which no code is listed, answers M01056012.
    ("RetURL", Reason.ILLEGAL_CHARACTER): "M01056012",
    ("NetCashPayType", Reason.MISSING): "M01120001",
    ("NetCashPayType", Reason.NOT_ACCEPTED): "M01120010",
    ("NetCashPayType", Reason.TOO_LONG): "M01120012",
    ("NetCashPayType", Reason.ILLEGAL_CHARACTER): "M01120013",
}

# At NetCashStart the customer reads the code on the gateway's error page (Interface 2.1.2.3).
START_CODES: dict[tuple[str, Reason], str] = {
    ("AccessID", Reason.MISSING): "NC1000001",
    ("AccessID", Reason.BAD_FORMAT): "NC1000001",
    ("Token", Reason.MISSING): "NC1000003",
    ("Token", Reason.BAD_FORMAT): "NC1000003",
}


def error_code(problem: Problem, call: Call | None = None) -> str:
    """The ErrInfo of a failed check; NetCashStart (`call`) has codes of its own.

    Raises LookupError for checks that are ours alone (RESERVED, NOT_HTTP).
    """
    table = START_CODES if call is Call.START else CODES
    return table[problem.parameter, problem.reason]
