"""M01: the gateway refuses a call for a value in it, or for the trade that the values name."""

from __future__ import annotations

from app.protocol.error_catalogue.fault import Fault, Trade
from app.protocol.words import N_, Sentence, Words

_CORRECT = N_("Correct the value and send it again.")
_CHECK_SHOP = N_("Check ShopID and ShopPass in the shop's settings.")
_CHECK_TRADE = N_("Check that AccessID, AccessPass and OrderID belong to one registration.")
_NOT_AN_OPERATORS = N_("This cannot be put right on a page. Tell whoever looks after the system.")


def _unchanged(code: str, about: str, happened: Words, advice: str = _CORRECT) -> Fault:
    return Fault(code, about, happened, Trade.UNCHANGED, advice)


def _missing(code: str, name: str, advice: str = _CORRECT) -> Fault:
    return _unchanged(code, name, Sentence(N_("%(name)s is empty."), {"name": name}), advice)


def _too_long(code: str, name: str, limit: str, advice: str = _CORRECT) -> Fault:
    """`limit`: a length with its measure, as a message."""
    message = N_("%(name)s is longer than %(limit)s.")
    values = {"name": name, "limit": Sentence(limit)}
    return _unchanged(code, name, Sentence(message, values), advice)


def _illegal(code: str, name: str, advice: str = _CORRECT) -> Fault:
    message = N_("%(name)s holds a character that is not allowed.")
    return _unchanged(code, name, Sentence(message, {"name": name}), advice)


def _not_a_number(code: str, name: str) -> Fault:
    message = N_("%(name)s is not made of half-width digits.")
    return _unchanged(code, name, Sentence(message, {"name": name}))


def _bad_format(code: str, name: str, shape: str, advice: str) -> Fault:
    """`shape`: what is expected, as a message."""
    message = N_("%(name)s is not well formed: %(shape)s.")
    values = {"name": name, "shape": Sentence(shape)}
    return _unchanged(code, name, Sentence(message, values), advice)


_SHOP = (
    _too_long("M01001005", "Version", N_("3 characters"), _NOT_AN_OPERATORS),
    _missing("M01002001", "ShopID", _CHECK_SHOP),
    _unchanged(
        "M01002002",
        "ShopID",
        N_("There is no shop with this ShopID and ShopPass."),
        _CHECK_SHOP,
    ),
    _bad_format(
        "M01002008",
        "ShopID",
        N_("up to 13 letters and digits are expected"),
        _CHECK_SHOP,
    ),
    _missing("M01003001", "ShopPass", _CHECK_SHOP),
    _bad_format("M01003008", "ShopPass", N_("up to 8 characters are expected"), _CHECK_SHOP),
)

_ORDER = (
    _missing("M01004001", "OrderID"),
    _unchanged(
        "M01004002",
        "OrderID",
        N_("No trade is registered with this OrderID."),
        N_("Check the OrderID. If a registration went unanswered, it has not arrived so far."),
    ),
    Fault(
        "M01004010",
        "OrderID",
        N_("This OrderID has been used before."),
        Trade.EXISTS,
        N_(
            "If a registration went unanswered, look the order up first. "
            "Otherwise register with the next OrderID."
        ),
    ),
    _too_long("M01004012", "OrderID", N_("27 characters")),
    _illegal("M01004013", "OrderID"),
    Fault(
        "M01004014",
        "OrderID",
        N_("Payment for this OrderID was requested before."),
        Trade.REQUESTED,
        N_("Look the order up. Without its Token, the customer needs a new OrderID."),
    ),
)

_MONEY = (
    _missing("M01005001", "Amount"),
    _unchanged("M01005005", "Amount", N_("Amount has too many digits.")),
    _not_a_number("M01005006", "Amount"),
    _unchanged(
        "M01005011",
        "Amount",
        N_("The amount is not between 1 and 200,000 yen."),
    ),
    _unchanged("M01006005", "Tax", N_("Tax has too many digits.")),
    _not_a_number("M01006006", "Tax"),
)

_ACCESS = (
    _missing("M01007001", "AccessID", _CHECK_TRADE),
    _bad_format(
        "M01007008",
        "AccessID",
        N_("32 letters and digits are expected"),
        _CHECK_TRADE,
    ),
    _missing("M01008001", "AccessPass", _CHECK_TRADE),
    _bad_format(
        "M01008008",
        "AccessPass",
        N_("32 letters and digits are expected"),
        _CHECK_TRADE,
    ),
)

_CLIENT_FIELDS = (
    _too_long("M01039012", "ClientField1", N_("100 bytes")),
    _illegal("M01039013", "ClientField1"),
    _too_long("M01040012", "ClientField2", N_("100 bytes")),
    _illegal("M01040013", "ClientField2"),
    _too_long("M01041012", "ClientField3", N_("100 bytes")),
    _illegal("M01041013", "ClientField3"),
)

_METHOD = (
    _missing("M01051001", "PayType", _NOT_AN_OPERATORS),
    _too_long("M01051005", "PayType", N_("2 characters"), _NOT_AN_OPERATORS),
    _unchanged(
        "M01051011",
        "PayType",
        N_("PayType is not the code of a payment method."),
        _NOT_AN_OPERATORS,
    ),
    _missing("M01120001", "NetCashPayType", _NOT_AN_OPERATORS),
    _unchanged(
        "M01120010",
        "NetCashPayType",
        N_("NetCashPayType is not NETCASH."),
        _NOT_AN_OPERATORS,
    ),
    _too_long("M01120012", "NetCashPayType", N_("40 characters"), _NOT_AN_OPERATORS),
    _illegal("M01120013", "NetCashPayType", _NOT_AN_OPERATORS),
)

_TRADE = (
    _unchanged(
        "M01052011",
        "payment term",
        N_("The payment term is out of range."),
        _NOT_AN_OPERATORS,
    ),
    _unchanged(
        "M01054004",
        "state",
        N_("The trade's present state does not allow this."),
        N_("Look the order up, then decide what to do next."),
    ),
    _missing("M01056001", "RetURL"),
    _too_long("M01056012", "RetURL", N_("256 characters")),
    _unchanged(
        "M01058002",
        "trade",
        N_("There is no trade with this AccessID and AccessPass."),
        _CHECK_TRADE,
    ),
    _unchanged(
        "M01058010",
        "trade",
        N_("The trade belongs to another shop."),
        N_("Check with which shop the trade was registered."),
    ),
    _unchanged(
        "M01074090",
        "Token",
        N_("The Token is not valid."),
        N_("Check that the Token of ExecTran's answer is passed on unchanged."),
    ),
)

VALUE_FAULTS = (*_SHOP, *_ORDER, *_MONEY, *_ACCESS, *_CLIENT_FIELDS, *_METHOD, *_TRADE)
