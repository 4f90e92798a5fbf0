"""What else of ours may have been signed: another status, shop, password or order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from app.protocol.checkstring import to_bytes
from app.protocol.diagnosis import ways
from app.protocol.diagnosis.suspicion import (
    ORDER,
    PASSWORD,
    SHOP,
    STATUS,
    TRIED_AT_MOST,
    Received,
    Suspects,
    Suspicion,
)
from app.protocol.statuses import Status


def statuses(received: Received) -> Iterator[Suspicion]:
    """Every other status, not only the two that a result can have."""
    for status in Status:
        message = received.but(STATUS, status.encode())
        yield Suspicion(message, ways.STATUS, "Status", status.value)


def other_shops(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """The same result of each of our shops: all that can be tried where the ShopID is not ours."""
    rest = b"".join(received.parts[ORDER:PASSWORD])
    for shop_id, password in islice(suspects.passwords.items(), TRIED_AT_MOST):
        message = to_bytes(shop_id) + rest + to_bytes(password)
        yield Suspicion(message, ways.SHOP, "ShopID", shop_id)


def other_shop_ids(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """The ID of each of our shops beside this shop's password."""
    for shop_id in islice(suspects.passwords, TRIED_AT_MOST):
        message = received.but(SHOP, to_bytes(shop_id))
        yield Suspicion(message, ways.SHOP_ID_ALONE, "ShopID", shop_id)


def passwords(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """Every password we have or had, and none at all."""
    for way, passwords in (
        (ways.PASSWORD_BEFORE, suspects.previous_passwords),
        (ways.PASSWORD_OF_SHOP, suspects.passwords),
    ):
        for shop_id, password in islice(passwords.items(), TRIED_AT_MOST):
            message = received.but(PASSWORD, to_bytes(password))
            yield Suspicion(message, way, "ShopPass", shop_id)
    yield Suspicion(received.but(PASSWORD, b""), ways.PASSWORD_LEFT_OUT, "ShopPass", "")


def orders(received: Received, suspects: Suspects) -> Iterator[Suspicion]:
    """Another of our orders, or the same in other letters: that is a change of case."""
    same = received.parts[ORDER].decode("ascii", "replace").lower()
    for order_id in islice(suspects.order_ids, TRIED_AT_MOST):
        message = received.but(ORDER, to_bytes(order_id))
        way = ways.CASE if order_id.lower() == same else ways.ORDER
        yield Suspicion(message, way, "OrderID", order_id)
