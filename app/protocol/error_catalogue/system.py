"""E9: the gateway, or what lies behind it, could not do its work."""

from __future__ import annotations

from app.protocol.error_catalogue.fault import Fault, Trade
from app.protocol.words import N_

_LOOK_UP = N_("Do not send it again. Look the order up.")
_WAIT = N_("Wait a little, then send the same request again.")


def _unknown(code: str, happened: str) -> Fault:
    return Fault(code, "system", happened, Trade.UNKNOWN, _LOOK_UP)


def _too_many(code: str) -> Fault:
    happened = N_("The gateway has too many requests at once.")
    return Fault(code, "system", happened, Trade.UNCHANGED, _WAIT, ask_again=True)


SYSTEM_FAULTS = (
    _unknown(
        "E90010001",
        N_("The same request is still at work: it was sent twice."),
    ),
    _unknown(
        "E91019999",
        N_("The gateway failed inside, at its database."),
    ),
    _unknown(
        "E91020001",
        N_("The gateway waited in vain for the centre."),
    ),
    _unknown(
        "E91029998",
        N_("Payment processing failed behind the gateway."),
    ),
    _unknown(
        "E91029999",
        N_("Payment processing failed behind the gateway."),
    ),
    _unknown(
        "E91060001",
        N_("No usable answer came; the client software made up this code itself."),
    ),
    _unknown(
        "E91099996",
        N_("The gateway failed inside."),
    ),
    Fault(
        "E91099997",
        "system",
        N_("There is no such API at this address."),
        Trade.UNCHANGED,
        N_("Check the gateway's address in the shop's settings."),
    ),
    _unknown(
        "E91099999",
        N_("The gateway failed in an unexpected way."),
    ),
    _too_many("E92000001"),
    _too_many("E92000002"),
)
