"""Telling: what the customer's page says about a result."""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import Session

from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.orders import Order


class Told(StrEnum):
    """All a customer is ever told. Every doubt, whatever its reason, reads the same."""

    PAID = "paid"
    NOT_PAID = "not-paid"
    BEING_CONFIRMED = "being-confirmed"


def told(session: Session, callback: Callback) -> Told:
    """What the customer who brought this callback may read."""
    order = session.get(Order, callback.order_key) if callback.order_key else None
    return tell(callback, order)


def tell(callback: Callback, order: Order | None) -> Told:
    """Paid or not only on a verified result, without conflict, of an order that we executed."""
    if callback.verdict != Verdict.VERIFIED or order is None or order.executed_at is None:
        return Told.BEING_CONFIRMED
    if order.conflict is not None or order.status != callback.status:
        return Told.BEING_CONFIRMED
    return Told.PAID if callback.status == Status.PAYSUCCESS else Told.NOT_PAID
