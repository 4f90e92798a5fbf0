"""Meeting: an order that was not made here is first met through a lookup."""

from __future__ import annotations

from sqlmodel import Session

from app.records.exchanges import Exchange, give_to_order
from app.records.orders import Order, Origin, order_by_number
from app.records.shops import locked_shop


def order_of(session: Session, exchange: Exchange, *, found: bool) -> Order | None:
    """The order that an exchange is about; one is made for a lookup that `found` a trade.

    Earlier lookups of the same number then belong to it too.
    """
    shop = locked_shop(session, exchange.shop_key)
    assert shop is not None, "an exchange's shop is never deleted"
    order = order_by_number(session, shop.id, exchange.order_id)
    if order is None and found:
        order = Order(
            shop_key=shop.id,
            environment=shop.environment,
            order_id=exchange.order_id,
            origin=Origin.LOOKUP,
            created_by=exchange.asked_by,
        )
        session.add(order)
        session.flush()
    if order is not None:
        give_to_order(session, shop, order.order_id, order.id)
    return order
