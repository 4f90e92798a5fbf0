"""Lookups: asking the gateway what became of an order (SearchTradeMulti, Interface 3.1.2.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, Decision, Facts, decide, decision_of, past_of, require
from app.desk.context import Actor, Desk
from app.desk.gateway_calls.outgoing import OutgoingCall, record_call
from app.desk.gateway_calls.send import record_and_send
from app.desk.permissions import Permission, demand
from app.desk.status.call_results import MAY_HAVE_ASKED, CallResult, classify
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.desk.status.updates import lookup_asked
from app.protocol.messages import SearchRequest
from app.records.columns import REASON_LENGTH
from app.records.exchanges import Exchange, last_lookup
from app.records.orders import Order, locked_order, order_by_number
from app.records.shops import Shop, locked_shop


class ReasonNeeded(Exception):
    """The last lookup of this order is less than 60 minutes old: asking again needs a reason."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("a lookup sooner than 60 minutes after the last needs a reason")
        self.due_at = due_at


async def look_up(
    desk: Desk, actor: Actor, shop: Shop, OrderID: str, reason: str | None = None
) -> tuple[str, asyncio.Task[None]]:
    """Ask the gateway; the exchange's key and the task that carries it.

    Raises NotPermitted, ReasonNeeded, NotPossible (a call of this order is under way), NoGateway,
    and InvalidMessage for an OrderID that the gateway would refuse.
    """
    message = SearchRequest(ShopID=shop.shop_id, ShopPass=shop.password, OrderID=OrderID)
    given = (reason or "").strip()[:REASON_LENGTH] or None
    exchange, task = await record_and_send(
        desk, partial(_intend, desk, actor, shop.id, message, given)
    )
    return exchange.id, task


def _intend(
    desk: Desk,
    actor: Actor,
    shop_key: str,
    message: SearchRequest,
    reason: str | None,
    session: Session,
) -> Exchange:
    shop = locked_shop(session, shop_key)
    assert shop is not None, "a shop is never deleted"
    demand(actor, Permission.ACT, shop.environment)
    known = order_by_number(session, shop.id, message.OrderID)
    order = locked_order(session, known.id) if known else None
    decision = decision_about(session, desk, shop, message.OrderID, order)
    require(decision, Action.LOOK_UP)
    if decision.lookup_free_at and not reason:
        raise ReasonNeeded(decision.lookup_free_at)
    exchange = record_call(session, desk, OutgoingCall(shop, order, message, actor, reason=reason))
    if order is not None:
        lookup_asked(order, exchange, shop.confirmation)
    return exchange


def is_free(past: Sequence[Exchange], at: datetime) -> bool:
    """Whether nothing that was asked about a number keeps anybody from asking: no call is under
    way, and none is an hour old or less. Else it is for `decision_about` to say.

    `past`: all of it, oldest first, without bodies.
    """
    recent = at - LOOKUP_INTERVAL
    return all(one.asked_at <= recent and classify(one) is not CallResult.PENDING for one in past)


def decision_about(
    session: Session, desk: Desk, shop: Shop, order_id: str, order: Order | None
) -> Decision:
    """What may be done about a number, whether it is an order here or not."""
    settle = desk.settings.gateway_settle
    if order is not None:
        return decision_of(session, order, now(), settle)
    # A number that is no order here has no past but the lookups that did not find it.
    last = last_lookup(session, shop, order_id)
    past = past_of(last) if last else None
    asked = past if past and past.heard in MAY_HAVE_ASKED else None
    return decide(Facts(now(), settle, lookup=asked, last=past))
