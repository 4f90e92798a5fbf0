"""Diagnosing: which single change would make a doubtful result verify. Evidence, not accusation.

Done when somebody looks, never on the way of a customer's request; the work is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.desk.results.matters import is_ours
from app.protocol.checkstring import Reading
from app.protocol.diagnosis import Finding, Suspects, diagnose
from app.records.orders import Order
from app.records.shops import Shop, all_shops

ORDERS_TRIED = 1_000
"""How many of a shop's newest orders are tried."""


def findings(session: Session, sandbox_on: bool, reading: Reading) -> Sequence[Finding]:
    """Every single change that would make this result verify."""
    shops = [shop for shop in all_shops(session) if is_ours(shop, sandbox_on)]
    named = next((shop for shop in shops if shop.shop_id == reading.values.get("ShopID")), None)
    suspects = Suspects(
        passwords={shop.shop_id: shop.password for shop in shops},
        previous_passwords={
            shop.shop_id: shop.previous_password for shop in shops if shop.previous_password
        },
        order_ids=_recent_orders(session, named) if named else (),
    )
    return diagnose(reading, suspects)


def _recent_orders(session: Session, shop: Shop) -> Sequence[str]:
    query = select(Order.order_id).where(Order.shop_key == shop.id)
    return session.exec(query.order_by(col(Order.id).desc()).limit(ORDERS_TRIED)).all()
