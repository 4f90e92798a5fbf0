"""The callback of a payment as it is brought to RetURL, right or wrong as the scenario says."""

from typing import Final
from urllib.parse import urlsplit

from app.protocol.checkstring import compute
from app.protocol.wire import jst_stamp
from app.sandbox.scenarios.catalogue import named
from app.sandbox.scenarios.faults import Forgery
from app.sandbox.store.trades import Trade

OTHER_SHOP_ID: Final = "tshop99999999"  # of nobody

_FLIPPED: Final = {"PAYSUCCESS": "PAYFAIL", "PAYFAIL": "PAYSUCCESS"}


def callback_of(trade: Trade) -> list[tuple[str, str]]:
    """The pairs of a paid or failed trade's callback (Interface 2.1.2.4)."""
    date = jst_stamp(trade.processed)
    check = compute(trade.ShopID, trade.OrderID, trade.Status, date, trade.ShopPass)
    pairs = {
        "ShopID": trade.ShopID,
        "OrderID": trade.OrderID,
        "Status": trade.Status,
        "TranDate": date,
        "CheckString": check,
        "ErrCode": trade.ErrInfo[:3],
        "ErrInfo": trade.ErrInfo,
    }
    return list((pairs | _forged(trade, check)).items())


def _forged(trade: Trade, check: str) -> dict[str, str]:
    """What the trade's scenario changes after the callback was signed."""
    match named(trade.scenario).forgery:
        case Forgery.STATUS_CHANGED:
            return {"Status": _FLIPPED[trade.Status]}
        case Forgery.NO_CHECK:
            return {"CheckString": ""}
        case Forgery.WRONG_CHECK:
            return {"CheckString": check[::-1]}
        case Forgery.OTHER_SHOP:
            return {"ShopID": OTHER_SHOP_ID}
        case None:
            return {}


def can_be_reached(ret_url: str) -> bool:
    """Whether a browser can post to a RetURL, of which the gateway checks the length alone."""
    try:
        parts = urlsplit(ret_url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
