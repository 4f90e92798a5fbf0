"""What an error of the gateway is to an operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.protocol.words import N_, Words


class Trade(StrEnum):
    """What an error says about the trade, which is what it means for the money."""

    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    EXISTS = "exists"
    REQUESTED = "requested"
    PAID = "paid"
    EXPIRED = "expired"
    SEE_LOOKUP = "see-lookup"
    CONFLICT = "conflict"


_TRADE_WORDS = {
    Trade.UNCHANGED: N_("This call left the trade as it was and moved no money."),
    Trade.UNKNOWN: N_("What became of the trade is not known."),
    Trade.EXISTS: N_(
        "A trade with this OrderID exists, perhaps from a call of ours that went unanswered."
    ),
    Trade.REQUESTED: N_(
        "Payment was requested before, perhaps by a call of ours that went unanswered."
    ),
    Trade.PAID: N_("The customer has already paid."),
    Trade.EXPIRED: N_("The payment term is over. It can no longer be paid."),
    Trade.SEE_LOOKUP: N_("The Status beside it is a hint. Only a lookup settles it."),
    Trade.CONFLICT: N_("Money may have moved for a trade that had failed."),
}


TYPED = frozenset(
    {"OrderID", "Amount", "Tax", "RetURL", "ClientField1", "ClientField2", "ClientField3"}
)
"""The parameters that a person types for an order."""

FILLED_IN = frozenset(
    {
        *("Version", "ShopID", "ShopPass", "AccessID", "AccessPass"),
        *("PayType", "NetCashPayType", "Token"),
    }
)
"""The parameters that are filled in for them: out of settings, answers, and the method itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One ErrInfo explained."""

    code: str
    about: str  # the parameter or the part of the process it is about
    happened: Words
    trade: Trade
    advice: Words
    ask_again: bool = False  # whether sending the very same call again makes sense

    @property
    def field(self) -> str:
        """The field of an order's form that is at fault; "" where it is none of them."""
        return self.about if self.about in TYPED else ""

    @property
    def money_may_have_moved(self) -> bool:
        """Whether a failure with this code may be a payment all the same."""
        return self.trade is not Trade.UNCHANGED

    @property
    def trade_words(self) -> Words:
        """What it says about the trade, as a sentence."""
        return _TRADE_WORDS[self.trade]
