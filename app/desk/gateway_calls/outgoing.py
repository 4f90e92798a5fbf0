"""Outgoing calls: what is about to be asked, committed before it leaves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.desk.actions import Action, Lock, LockReason, NotPossible
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.gateway_calls.process_identity import current_process
from app.protocol.messages import Call, EntryTranRequest, ExecTranRequest, SearchRequest
from app.protocol.wire import encode_form
from app.records.claims import claim_call
from app.records.exchanges import Exchange, Purpose
from app.records.orders import Order
from app.records.shops import Shop

AUDIT_ACTIONS = {
    Call.ENTRY: Action.REGISTER,
    Call.EXEC: Action.EXECUTE,
    Call.SEARCH: Action.LOOK_UP,
}
"""What a person does who has a call sent."""


@dataclass(frozen=True)
class OutgoingCall:
    """One call to the gateway: for which shop and order, and on whose wish.

    `order` is None for the lookup of a number that is no order here (yet); `actor` is None for
    what the desk does by itself.
    """

    shop: Shop
    order: Order | None
    message: EntryTranRequest | ExecTranRequest | SearchRequest
    actor: Actor | None
    purpose: Purpose = Purpose.OPERATOR
    reason: str | None = None

    @property
    def call(self) -> Call:
        """Which call it is."""
        return self.message.CALL


def exchange_of(desk: Desk, intent: OutgoingCall) -> Exchange:
    """A call as it is to be written down. Raises NoGateway."""
    return Exchange(
        shop_key=intent.shop.id,
        order_key=intent.order.id if intent.order else None,
        environment=intent.shop.environment,
        call=intent.call,
        order_id=intent.message.OrderID,
        purpose=intent.purpose,
        reason=intent.reason,
        asked_by=intent.actor.user_key if intent.actor else None,
        url=desk.gateway_base(intent.shop) + intent.call.path,
        request=encode_form(intent.message.pairs()),
        owner=current_process(),
    )


def record_call(session: Session, desk: Desk, intent: OutgoingCall) -> Exchange:
    """Write down what is about to be asked. Only once this is committed may it be sent.

    Raises NotPossible when a call of the same order is under way, and NoGateway.
    """
    exchange = exchange_of(desk, intent)
    session.add(exchange)
    session.flush()
    if intent.order and not claim_call(session, intent.order.id, exchange.id):
        raise NotPossible(AUDIT_ACTIONS[intent.call], Lock(LockReason.ANSWER_PENDING))
    if intent.actor:
        _note(session, intent.actor, intent, exchange)
    return exchange


def _note(session: Session, actor: Actor, intent: OutgoingCall, exchange: Exchange) -> None:
    record_action(
        session,
        actor,
        AUDIT_ACTIONS[intent.call],
        order_key=exchange.order_key,
        subject=exchange.order_id,
        exchange=exchange.id,
        reason=intent.reason,
    )
