"""What the customer's page says about a callback."""

from __future__ import annotations

from enum import StrEnum

from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.orders import Order


class CustomerMessage(StrEnum):
    """All a customer is ever told. Every doubt, whatever its reason, reads the same."""

    PAID = "paid"
    NOT_PAID = "not-paid"
    BEING_CONFIRMED = "being-confirmed"


def customer_message(
    callback: Callback, order: Order | None, *, doubted: bool = False
) -> CustomerMessage:
    """Paid or not only on a verified callback, without conflict, of an order that we executed.

    `doubted`: its error code leaves open whether money has moved; until a lookup has answered.
    """
    if callback.verdict != Verdict.VERIFIED or order is None or order.executed_at is None:
        return CustomerMessage.BEING_CONFIRMED
    if order.conflict is not None or order.status != callback.status:
        return CustomerMessage.BEING_CONFIRMED
    if doubted and order.confirmed_at is None:
        return CustomerMessage.BEING_CONFIRMED
    return (
        CustomerMessage.PAID if callback.status == Status.PAYSUCCESS else CustomerMessage.NOT_PAID
    )
