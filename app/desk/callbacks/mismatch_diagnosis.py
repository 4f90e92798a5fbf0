"""Diagnosing: which single change would make a doubtful result verify. Evidence, not accusation.

Done when somebody looks, never on the way of a customer's request; the work is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.desk.callbacks.verification import is_ours
from app.protocol.checkstring import Reading
from app.protocol.diagnosis import Finding, Suspects, diagnose
from app.protocol.wire import jst_stamp
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.orders import Order
from app.records.shops import Shop, all_shops

ORDERS_TRIED = 1_000
"""How many of a shop's orders are tried: the newest of those that were here when it arrived."""

DATES_TRIED = 100


def diagnose_mismatch(
    session: Session, sandbox_on: bool, reading: Reading, callback: Callback
) -> Sequence[Finding]:
    """Every single change that would make this result, which this callback brought, verify."""
    shops = [shop for shop in all_shops(session) if is_ours(shop, sandbox_on)]
    named = next((shop for shop in shops if shop.shop_id == reading.values.get("ShopID")), None)
    suspects = Suspects(
        passwords={shop.shop_id: shop.password for shop in shops},
        previous_passwords={
            shop.shop_id: shop.previous_password for shop in shops if shop.previous_password
        },
        order_ids=_orders_then(session, named, callback) if named else (),
        dates=_dates_of(session, callback.order_key) if callback.order_key else (),
    )
    return diagnose(reading, suspects)


def _orders_then(session: Session, shop: Shop, callback: Callback) -> Sequence[str]:
    """Whenever somebody looks at it, the orders tried are those of its time."""
    query = select(Order.order_id).where(Order.shop_key == shop.id, Order.id <= callback.id)
    return session.exec(query.order_by(col(Order.id).desc()).limit(ORDERS_TRIED)).all()


def _dates_of(session: Session, order_key: str) -> Sequence[str]:
    """The times that verified callbacks and lookups have named of an order."""
    query = select(Change.said_at).where(
        Change.order_key == order_key, col(Change.said_at).is_not(None)
    )
    said = session.exec(query.order_by(col(Change.id).desc()).limit(DATES_TRIED)).all()
    return [jst_stamp(at) for at in said if at]
