"""Settling a conflict: a person ends it between sources, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, decision_of, require
from app.desk.actions.disputes import Compared, figures_of
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, demand
from app.desk.status.call_results import found_by, is_too_early, last_answer, last_silence
from app.desk.status.history import amount_named
from app.desk.status.rules import (
    Figures,
    OrderSnapshot,
    StatusReport,
    decide_not_found,
    decide_status,
)
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.desk.status.snapshot import snapshot_of
from app.desk.status.updates import believe_lookup, keep_claim
from app.records.changes import Change, conflicts_of
from app.records.columns import REASON_LENGTH
from app.records.exchanges import Exchange, exchanges_of
from app.records.orders import UNKNOWN, Conflict, Order, Source, locked_order
from app.records.shops import Confirmation, confirmation_of

Settlement = Literal["lookup", "keep"]


class ReasonMissing(Exception):
    """A settlement needs a reason."""


class NoLookupToBelieve(Exception):
    """The gateway has not answered a lookup since the conflict was raised, or too early."""


class ComesBack(Exception):
    """The gateway's next answer would raise the conflict that was to be kept from it."""


@dataclass(frozen=True)
class Outcome:
    """What a settlement would make of the order.

    `comes_back`: the gateway has only to say once more what it said last, and sources disagree
    again. `amount_next`: the amount that was named meanwhile is then to be settled by itself.
    """

    believe: Settlement
    status: str
    confirmed: bool
    comes_back: bool
    amount_next: bool


def settle_conflict(
    desk: Desk,
    actor: Actor,
    order_key: str,
    believe: Settlement,
    reason: str,
    *,
    knowing: bool = False,
) -> Order:
    """End the conflict: believe the gateway's last lookup, or keep what we had.

    `knowing`: whoever keeps has been told that the conflict comes back. Raises NotPossible,
    NotPermitted, ReasonMissing, NoLookupToBelieve, ComesBack, and LookupError for an unknown order.
    """
    given = reason.strip()[:REASON_LENGTH]
    if not given:
        raise ReasonMissing
    with desk.database.writing() as session:
        order = locked_order(session, order_key)
        if order is None:
            raise LookupError(order_key)
        demand(actor, Permission.ACT, order.environment)
        settle = desk.settings.gateway_settle
        require(decision_of(session, order, now(), settle), Action.SETTLE)
        policy = confirmation_of(session, order.shop_key)
        exchanges = exchanges_of(session, order.id)
        lookup = believable_lookup(order, exchanges, settle)
        if believe == "lookup":
            change = _believe(session, order, lookup, policy)
        elif not knowing and _comes_back(session, order, exchanges, settle):
            raise ComesBack
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


def outcomes(
    session: Session, order: Order, exchanges: Sequence[Exchange], settle: timedelta
) -> Sequence[Outcome]:
    """What each way to end the conflict that stands would make of the order.

    Without a lookup to believe there is one way. The exchanges come oldest first, with bodies.
    """
    if order.conflict is None:
        return ()
    back = _comes_back(session, order, exchanges, settle)
    amount = amount_named(session, order, last_answer(exchanges)) is not None
    kept = Outcome("keep", order.status, order.confirmed_at is not None, back, amount)
    lookup = believable_lookup(order, exchanges, settle)
    if lookup is None:
        return (kept,)
    status, same = lookup.said_status or UNKNOWN, figures_of(order, lookup) is Compared.SAME
    return Outcome("lookup", status, same, comes_back=False, amount_next=amount), kept


def _comes_back(
    session: Session, order: Order, exchanges: Sequence[Exchange], settle: timedelta
) -> bool:
    """Whether what the gateway said last is a conflict again when it says so after a "keep"."""
    lookup = believable_lookup(order, exchanges, settle)
    if lookup is None:
        return False
    again = lookup.asked_at + LOOKUP_INTERVAL
    named = _named(session, order, exchanges)
    report = _report(lookup, again)
    kept = _kept(snapshot_of(session, order, report, settle), named)
    if report is None:
        return decide_not_found(kept, again).conflict is not None
    return decide_status(kept, report).conflict is not None


def _report(lookup: Exchange, asked_at: datetime) -> StatusReport | None:
    found = found_by(lookup)
    if found is None:
        return None
    return StatusReport(
        Source.LOOKUP,
        found.Status,
        access_id=found.AccessID,
        amount=found.Amount,
        tax=found.Tax,
        in_yen=found.in_yen,
        asked_at=asked_at,
    )


def _named(session: Session, order: Order, exchanges: Sequence[Exchange]) -> frozenset[Figures]:
    """The figures that conflicts of this order have named."""
    raised = {change.exchange_key for change in conflicts_of(session, {order.id})}
    reports = (_report(one, one.asked_at) for one in exchanges if one.id in raised)
    return frozenset(report.figures for report in reports if report)


def _kept(snapshot: OrderSnapshot, named: frozenset[Figures]) -> OrderSnapshot:
    """What would be held after the claim was kept (see `keep_claim`)."""
    foreign = snapshot.conflict is Conflict.FOREIGN
    about_figures = foreign or snapshot.conflict is Conflict.AMOUNT
    return replace(
        snapshot,
        conflict=None,
        settled=True,
        source=None if foreign and snapshot.access_id is None else snapshot.source,
        accepted=snapshot.accepted | named if about_figures else snapshot.accepted,
    )


def _believe(
    session: Session, order: Order, lookup: Exchange | None, policy: Confirmation
) -> Change:
    if lookup is None:
        raise NoLookupToBelieve
    return believe_lookup(session, order, lookup, policy)
