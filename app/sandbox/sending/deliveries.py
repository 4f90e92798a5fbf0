"""The receiver checker: callbacks, right and wrong, for a merchant's own RetURL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.protocol.wire import jst_stamp
from app.protocol.words import N_, Words
from app.sandbox.store.shops import Shop

Pairs = list[tuple[str, str]]

_LATE: Final = timedelta(hours=2)
_EARLIER: Final = timedelta(minutes=10)


def _callback(shop: Shop, order_id: str, status: Status, at: datetime) -> Pairs:
    return signed_result(shop.ShopID, order_id, status, jst_stamp(at), shop.ShopPass).pairs()


def _correct(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    return [_callback(shop, order_id, Status.PAYSUCCESS, now)]


def _duplicate(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    return _correct(shop, order_id, now) * 2


def _late(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    return _correct(shop, order_id, now - _LATE)


def _tampered(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    failed = dict(_callback(shop, order_id, Status.PAYFAIL, now))
    return [list((failed | {"Status": Status.PAYSUCCESS.value}).items())]


def _out_of_order(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    earlier = _callback(shop, order_id, Status.PAYFAIL, now - _EARLIER)
    return [*_correct(shop, order_id, now), earlier]


def _unsigned(shop: Shop, order_id: str, now: datetime) -> list[Pairs]:
    (correct,) = _correct(shop, order_id, now)
    return [[(name, "" if name == "CheckString" else value) for name, value in correct]]


@dataclass(frozen=True)
class Delivery:
    """One kind of callback, and what a receiver should make of it."""

    words: Words
    expected: Words
    callbacks: Callable[[Shop, str, datetime], list[Pairs]]


_NOTHING_MOVES: Final = N_("The order must not change.")

DELIVERIES: Final = {
    "correct": Delivery(
        N_("A correct result"),
        N_("The order must become paid."),
        _correct,
    ),
    "duplicate": Delivery(
        N_("The same result twice"),
        N_("It must be processed once."),
        _duplicate,
    ),
    "late": Delivery(
        N_("A result two hours late"),
        N_("It must be taken all the same."),
        _late,
    ),
    "tampered": Delivery(N_("A tampered result"), _NOTHING_MOVES, _tampered),
    "out-of-order": Delivery(
        N_("Results out of order"),
        N_("The older failure must not undo the payment."),
        _out_of_order,
    ),
    "unsigned": Delivery(N_("A result without CheckString"), _NOTHING_MOVES, _unsigned),
}
