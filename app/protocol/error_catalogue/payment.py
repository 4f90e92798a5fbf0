"""NC1 and NC2: the customer's start, the payment itself, and what the centre found.

The codes of the start stand on the gateway's error page, before the customer; the merchant is not
told. Those of the payment come with a result.
"""

from __future__ import annotations

from app.protocol.error_catalogue.fault import Fault, Trade
from app.protocol.words import N_

_OPEN_AGAIN = N_("Ask the customer to open our payment link again.")
_LOOK_UP = N_("Look the order up. Until then, do not tell the customer whether it is paid.")
_LOOK_UP_FIRST = N_("Look the order up before you advise the customer.")
_ASK_PROVIDER = N_("Ask the provider about the shop's contract and settings.")


def _start(
    code: str, happened: str, advice: str = _OPEN_AGAIN, trade: Trade = Trade.UNCHANGED
) -> Fault:
    return Fault(code, "start", happened, trade, advice)


def _payment(code: str, happened: str) -> Fault:
    return Fault(code, "payment", happened, Trade.SEE_LOOKUP, _LOOK_UP)


def _centre(code: str, happened: str, advice: str = _ASK_PROVIDER) -> Fault:
    return Fault(code, "centre", happened, Trade.UNCHANGED, advice)


_START = (
    _start(
        "NC1000001",
        N_("The payment page did not open: the AccessID is not right."),
    ),
    _start(
        "NC1000002",
        N_("The payment page did not open: there is no such trade."),
        N_("Check with which shop and in which environment the trade was registered."),
    ),
    _start(
        "NC1000003",
        N_("The payment page did not open: the Token is not right."),
    ),
    _start(
        "NC1000004",
        N_("The payment page did not open: the trade is already paid."),
        N_("Look the order up to confirm it. Do not let the customer pay twice."),
        Trade.PAID,
    ),
    _start(
        "NC1000005",
        N_("The payment page did not open: the payment term is over."),
        N_("To be paid, register with a new OrderID."),
        Trade.EXPIRED,
    ),
    _start(
        "NC1000006",
        N_("The payment page did not open: the trade's present state does not allow it."),
        _LOOK_UP_FIRST,
    ),
    _start(
        "NC1000013",
        N_("The payment page did not open: the purchase was not accepted."),
        N_("Check the amount and the client fields, and register with a new OrderID."),
    ),
)

_PAYMENT = (
    _payment(
        "NC1000007",
        N_("The time allowed ran out while the customer was paying."),
    ),
    _payment(
        "NC1000008",
        N_("The trade could not be moved on while the customer was paying."),
    ),
    Fault(
        "NC1000009",
        "payment",
        N_("The NET CASH centre refused the payment."),
        Trade.UNCHANGED,
        N_("To be paid, register with a new OrderID."),
    ),
    _payment(
        "NC1000010",
        N_("The payment failed a check that its content was not altered."),
    ),
    _payment(
        "NC1000011",
        N_("The details of the payment could not be had."),
    ),
    _payment(
        "NC1000012",
        N_("The parts of the payment's result do not fit together."),
    ),
)

_CENTRE = (
    Fault(
        "NC2000001",
        "centre",
        N_("A payment was reported for a trade that had failed."),
        Trade.CONFLICT,
        N_("Look the order up now and investigate. Ship or refund nothing before it is settled."),
    ),
    _centre(
        "NC2000002",
        N_("The NET CASH centre does not know the shop."),
    ),
    _centre(
        "NC2000003",
        N_("The shop's code at the centre is not set."),
    ),
    _centre(
        "NC2000004",
        N_("The shop's type of contract with the centre is not set."),
    ),
    _centre(
        "NC2000005",
        N_("The service is suspended for this shop."),
    ),
    _centre(
        "NC2000006",
        N_("There is no trade for the purchase."),
        _LOOK_UP_FIRST,
    ),
    _centre(
        "NC2000007",
        N_("There is no trade for the reported payment."),
        _LOOK_UP_FIRST,
    ),
)

PAYMENT_FAULTS = (*_START, *_PAYMENT, *_CENTRE)
