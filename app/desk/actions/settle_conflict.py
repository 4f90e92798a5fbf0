"""Settling a conflict: a person ends it between sources, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, decision_of, require
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.status.call_results import is_too_early, last_answer, last_silence
from app.desk.status.updates import believe_lookup, keep_claim
from app.records.changes import Change
from app.records.columns import REASON_LENGTH
from app.records.exchanges import Exchange, exchanges_of
from app.records.orders import Order, locked_order
from app.records.shops import Confirmation, confirmation_of

Settlement = Literal["lookup", "keep"]


class ReasonMissing(Exception):
    """A settlement needs a reason."""


class NoLookupToBelieve(Exception):
    """The gateway has not answered a lookup since the conflict was raised, or too early."""


def settle_conflict(
    desk: Desk, actor: Actor, order_key: str, believe: Settlement, reason: str
) -> Order:
    """End the conflict: believe the gateway's last lookup, or keep what we had.

    Raises NotPossible, ReasonMissing, NoLookupToBelieve, and LookupError for an unknown order.
    """
    given = reason.strip()[:REASON_LENGTH]
    if not given:
        raise ReasonMissing
    with desk.database.writing() as session:
        order = locked_order(session, order_key)
        if order is None:
            raise LookupError(order_key)
        settle = desk.settings.gateway_settle
        require(decision_of(session, order, now(), settle), Action.SETTLE)
        policy = confirmation_of(session, order.shop_key)
        if believe == "lookup":
            change = _believe(session, order, settle, policy)
        else:
            change = keep_claim(session, order, policy)
        change.user_key, change.reason = actor.user_key, given
        session.add(change)
        subject = order.order_id
        record_action(
            session, actor, "settle", order_key=order_key, subject=subject, believe=believe
        )
        return order


def believable_lookup(
    order: Order, exchanges: Sequence[Exchange], settle: timedelta
) -> Exchange | None:
    """The last lookup that the gateway answered, if it speaks of the conflict that stands.

    Not while an unanswered call of which it shows no trace may still be at work. The exchanges
    come oldest first.
    """
    last = last_answer(exchanges)
    if last is None or last.answered_at is None or order.conflict_at is None:
        return None
    too_early = is_too_early(last, last_silence(exchanges), settle)
    return last if last.answered_at >= order.conflict_at and not too_early else None


def _believe(session: Session, order: Order, settle: timedelta, policy: Confirmation) -> Change:
    lookup = believable_lookup(order, exchanges_of(session, order.id), settle)
    if lookup is None:
        raise NoLookupToBelieve
    return believe_lookup(session, order, lookup, policy)
