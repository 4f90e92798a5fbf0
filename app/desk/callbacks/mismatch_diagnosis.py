"""Diagnosing: which single change would make a doubtful callback verify. Evidence, not accusation.

Done when somebody looks, never on the way of a customer's request; the work is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from app.protocol.checkstring import Reading
from app.protocol.diagnosis import Finding, Suspects, diagnose
from app.protocol.wire import jst_stamp
from app.records.callbacks import Callback
from app.records.changes import times_said
from app.records.order_lists import order_ids_before
from app.records.shops import OurShops

ORDERS_TRIED = 1_000
"""How many of a shop's orders are tried: the newest of those that were here when it arrived."""

DATES_TRIED = 100
"""How many of the times that its order has been told of, newest first."""


def diagnose_mismatch(
    session: Session, ours: OurShops, reading: Reading, callback: Callback
) -> Sequence[Finding]:
    """Every single change that would make this callback, which was read so, verify."""
    shops = ours.all(session)
    named = next((shop for shop in shops if shop.shop_id == reading.values.get("ShopID")), None)
    suspects = Suspects(
        passwords={shop.shop_id: shop.password for shop in shops},
        previous_passwords={
            shop.shop_id: shop.previous_password for shop in shops if shop.previous_password
        },
        # Whenever somebody looks at it, the orders tried are those of its time.
        order_ids=order_ids_before(session, named.id, callback.id, ORDERS_TRIED) if named else (),
        dates=[jst_stamp(at) for at in times_said(session, order_key, DATES_TRIED)]
        if (order_key := callback.order_key)
        else (),
    )
    return diagnose(reading, suspects)
