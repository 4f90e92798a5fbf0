"""What each parameter of the calls is, and what its value says, in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.protocol.error_catalogue import fault
from app.protocol.time_words import whole_text
from app.protocol.wire import NotAStamp, parse_jst_stamp
from app.protocol.words import N_, Words, say
from app.web.presentation.formats import yen
from app.web.presentation.marks import STATUSES

PARAMETERS: Mapping[str, Words] = {
    "ShopID": N_("The shop's number at the gateway"),
    "ShopPass": N_("The shop's password, never shown"),
    "OrderID": N_("The number of the order, given by the shop"),
    "Amount": N_("Amount in yen, without the tax"),
    "Tax": N_("Tax and delivery in yen"),
    "Currency": N_("Currency of the amount"),
    "AccessID": N_("The trade's number, given by the gateway"),
    "AccessPass": N_("The trade's password, never shown"),
    "RetURL": N_("Where the customer's browser brings the result"),
    "ClientField1": N_("Words of the shop's own"),
    "ClientField2": N_("Words of the shop's own"),
    "ClientField3": N_("Words of the shop's own"),
    "NetCashPayType": N_("Kind of payment with NET CASH"),
    "PayType": N_("Means of payment; 16 is NET CASH"),
    "Token": N_("What opens the payment page, never shown"),
    "StartURL": N_("Address of the payment page"),
    "Status": N_("Status of the trade"),
    "ProcessDate": N_("When the gateway last processed the trade"),
    "ErrCode": N_("Group of the error"),
    "ErrInfo": N_("The error itself"),
}
"""What a parameter is. One that is not here is none of the protocol's."""

IN_A_FORM: Mapping[str, Words] = {
    "Amount": N_("without tax"),
    "Tax": N_("with delivery"),
    **dict.fromkeys(("ClientField1", "ClientField2", "ClientField3"), N_("words of your own")),
}
"""What a person calls a parameter, beside its name in a form."""

UNKNOWN_PARAMETER = N_("No parameter of this call")


def said_by(language: str, value: str, name: str) -> str:
    """What a value says beyond itself; empty where it speaks for itself."""
    if name == "Status" and value in STATUSES:
        return say(language, STATUSES[value].label)
    if name in ("Amount", "Tax") and value.isascii() and value.isdigit() and len(value) < 11:
        return yen(int(value))
    if name == "ProcessDate":
        return _moment(language, value)
    if name == "ErrInfo" and value:
        return " ".join(say(language, fault(code).happened) for code in value.split("|")[:20])
    return ""


def _moment(language: str, value: str) -> str:
    try:
        return whole_text(language, parse_jst_stamp(value))
    except NotAStamp:
        return ""
