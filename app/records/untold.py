"""Paid orders of which no callback tells: nobody would hear of them by itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.protocol.checkstring import Verdict
from app.records.callbacks import Callback
from app.records.orders import ORDERS, Order, Origin
from app.records.shops import Environment


def paid_without_callback(
    session: Session, environment: Environment, since: datetime, before: datetime, limit: int
) -> Sequence[Order]:
    """Orders made here that were paid within a span of time, as a lookup says, and of which no
    verified callback has come. The latest first."""
    told = select(Callback.id).where(
        Callback.order_key == Order.id, Callback.verdict == Verdict.VERIFIED
    )
    query = select(Order).where(
        Order.environment == environment,
        ORDERS.paid_at >= since,
        ORDERS.paid_at < before,
        Order.origin == Origin.CREATED,
        col(Order.confirmed_at).is_not(None),
        ~told.exists(),
    )
    return session.exec(query.order_by(ORDERS.paid_at.desc()).limit(limit)).all()
