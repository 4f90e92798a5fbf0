"""The error catalogue: what each ErrInfo means, what it says about the trade, what to do.

The tables are by family: `values` (M01: checks of what was sent), `payment`
(NC1 and NC2: the customer's start, the payment, the centre) and `system` (E9).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.protocol.error_catalogue.fault import Fault, Trade
from app.protocol.error_catalogue.payment import PAYMENT_FAULTS
from app.protocol.error_catalogue.system import SYSTEM_FAULTS
from app.protocol.error_catalogue.values import VALUE_FAULTS
from app.protocol.words import N_

__all__ = ["CATALOGUE", "Fault", "Trade", "fault", "leaves_doubt"]

CATALOGUE: Mapping[str, Fault] = {
    fault.code: fault for fault in (*VALUE_FAULTS, *PAYMENT_FAULTS, *SYSTEM_FAULTS)
}


def fault(code: str) -> Fault:
    """What `code` means. Never fails: a code that is not listed yields a Fault that says so."""
    return CATALOGUE.get(code) or Fault(
        code,
        "",
        N_("This error code is not in our list."),
        Trade.UNKNOWN,
        N_("Ask the gateway for the state of the trade, and the provider what the code means."),
    )


def leaves_doubt(values: Mapping[str, str]) -> bool:
    """Whether one of the codes in a failed result's ErrInfo leaves open that money has moved."""
    codes = (code for code in values.get("ErrInfo", "").split("|") if code)
    return any(fault(code).money_may_have_moved for code in codes)
