"""Settlements: a person ends a conflict between sources, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlmodel import Session

from app.clock import now
from app.desk.actions import UNDER_WAY, Action, decision_of, require
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.status.call_results import CallResult, classify
from app.desk.status.rules import LOOKUP_INTERVAL
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect
from app.records.exchanges import Exchange, history_of
from app.records.orders import UNKNOWN, Conflict, Order, Source, locked_order, move_claim

Settlement = Literal["lookup", "keep"]

REASON_LENGTH = 200


class ReasonMissing(Exception):
    """A settlement needs a reason."""


class NoLookupToBelieve(Exception):
    """The gateway has not answered a lookup since the conflict was raised."""


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
        require(decision_of(session, order, now(), desk.settings.gateway_settle), Action.SETTLE)
        change = _believe(session, order) if believe == "lookup" else _keep(session, order)
        change.user_key, change.reason = actor.user_key, given
        session.add(change)
        subject = order.order_id
        record_action(
            session, actor, "settle", order_key=order_key, subject=subject, believe=believe
        )
        return order


def believable_lookup(order: Order, exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last lookup that the gateway answered, if it speaks of the conflict that stands.

    The exchanges come oldest first.
    """
    answers = [one for one in exchanges if _is_answered_lookup(one)]
    if not answers or order.conflict_at is None:
        return None
    last = answers[-1]
    return last if last.answered_at and last.answered_at >= order.conflict_at else None


def _is_answered_lookup(exchange: Exchange) -> bool:
    return exchange.call is Call.SEARCH and classify(exchange) in (
        CallResult.DONE,
        CallResult.MISSING,
    )


def _believe(session: Session, order: Order) -> Change:
    lookup = believable_lookup(order, history_of(session, order.id))
    if lookup is None:
        raise NoLookupToBelieve
    status, at = lookup.said_status or UNKNOWN, now()
    same = (lookup.said_amount, lookup.said_tax) == (order.amount, order.tax or 0)
    values = {
        "status": status,
        "source": Source.LOOKUP,
        "status_at": at,
        "confirmed_at": at if same else None,
        "lookup_due_at": lookup.asked_at + LOOKUP_INTERVAL if status in UNDER_WAY else None,
    }
    if status in (UNKNOWN, Status.UNPROCESSED):
        values["executed_at"] = None
    change = _end(session, order, values)
    change.said_at, change.exchange_key = lookup.said_at, lookup.id
    return change


def _keep(session: Session, order: Order) -> Change:
    values: dict[str, Any] = {}
    if order.status not in UNDER_WAY and order.source is not Source.EXEC:
        values["lookup_due_at"] = None
    if order.conflict is Conflict.FOREIGN:
        # The number is somebody else's: no call of ours is open any more.
        values["source"] = None
    if order.status_at is None:
        # Met through callbacks alone: that nothing is known of it is now somebody's decision.
        values["status_at"] = now()
    return _end(session, order, values)


def _end(session: Session, order: Order, values: dict[str, Any]) -> Change:
    before, conflict = order.status, order.conflict
    # The order is locked: nobody else can have moved it.
    move_claim(session, order, values | {"conflict": None, "conflict_at": None})
    return Change(
        order_key=order.id,
        effect=Effect.SETTLED,
        from_status=before,
        to_status=order.status,
        source=order.source,
        conflict=conflict,
    )
