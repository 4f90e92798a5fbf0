"""Updates: where an order's status, source, confirmed_at and lookup_due_at are written.

`rules` decides what a report does, `schedule` when the next lookup is due; nothing is sent. A claim
changes by a conditional update, and beside it a row of `changes` says why. Whoever calls holds the
order's lock, unless it says otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.clock import now
from app.desk.case_watch import tell_cases
from app.desk.status.believing import NO_TRADE, is_in_our_amount, trade_of
from app.desk.status.call_results import (
    asked_about,
    found_by,
    last_answer,
    last_asked,
    unsent_in_a_row,
)
from app.desk.status.groups import Claim, claim_of
from app.desk.status.history import (
    amount_named,
    change_by_not_found,
    change_by_settlement,
    change_by_silence,
    changes_by_report,
    raised_before,
)
from app.desk.status.rules import (
    NotFoundDecision,
    StatusDecision,
    StatusReport,
    decide_not_found,
    decide_status,
    event_of,
)
from app.desk.status.schedule import Event, Moments, next_lookup, pause_after
from app.desk.status.snapshot import Terms, snapshot_of
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect
from app.records.claims import move_claim, move_locked
from app.records.exchanges import Exchange, history_of
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source
from app.records.shops import Confirmation

__all__ = [
    "StatusReport",
    "Terms",
    "apply_not_found",
    "apply_notification",
    "apply_policy",
    "apply_report",
    "believe_lookup",
    "consequences",
    "consequences_of_not_found",
    "consequences_of_silence",
    "keep_claim",
    "lookup_asked",
    "lookup_not_sent",
    "lookup_put_off",
    "lookup_sent",
    "mark_unknown",
    "met_by_callback",
    "scheduled",
]


def apply_report(
    session: Session, order: Order, report: StatusReport, terms: Terms
) -> Effect | None:
    """Let a report take effect on the order's claim; None when it changes nothing.

    Safe without the order's lock: whoever comes second looks again. No conflict is raised twice.
    """
    while True:
        decision = decide_status(snapshot_of(session, order, report, terms.settle), report)
        if decision.conflict and raised_before(session, order, report, decision.conflict):
            return Effect.CONFLICT
        values, changes = consequences(order, report, decision, terms.confirmation)
        if not values or move_claim(session, order, values):
            session.add_all(changes)
            tell_cases(session, order, changes)
            return changes[0].effect if changes else None
        session.refresh(order)


def consequences(
    order: Order, report: StatusReport, decision: StatusDecision, policy: Confirmation
) -> tuple[dict[str, Any], list[Change]]:
    """What a decision means: the new values of the order's row, and the changes that say why."""
    at = report.heard_at or now()
    event = event_of(report, decision, disputed=order.conflict is not None)
    values = _values(order, report, decision, at)
    values = scheduled(order, values, event, policy, Moments(at, report.asked_at))
    return values, changes_by_report(order, report, decision, at)


def apply_not_found(
    session: Session, order: Order, exchange: Exchange, terms: Terms
) -> Conflict | None:
    """A lookup finds no such order; the conflict that this raises."""
    snapshot = snapshot_of(session, order, None, terms.settle)
    decision = decide_not_found(snapshot, exchange.asked_at)
    values, changes = consequences_of_not_found(order, exchange, decision, terms.confirmation)
    session.add_all(changes)
    move_locked(session, order, values)
    tell_cases(session, order, changes)
    return decision.conflict


def consequences_of_not_found(
    order: Order, exchange: Exchange, decision: NotFoundDecision, policy: Confirmation
) -> tuple[dict[str, Any], list[Change]]:
    """What it means that a lookup found no such order: the new values, and why they are."""
    at = exchange.answered_at or now()
    values: dict[str, Any] = {}
    if decision.frees_number:
        values = {"source": Source.LOOKUP, "status_at": at, **NO_TRADE}
    elif decision.conflict:
        values = {"conflict": decision.conflict, "conflict_at": at}
    changes = [change_by_not_found(order, exchange, decision, at)] if values else []
    event = Event.NOT_FOUND if values or decision.known else Event.NOT_FOUND_YET
    return scheduled(order, values, event, policy, Moments(at, exchange.asked_at)), changes


def mark_unknown(session: Session, order: Order, exchange: Exchange, policy: Confirmation) -> None:
    """A call that changes the trade got no usable answer: nobody knows the status since then.

    A claim that has gone further meanwhile, as by a callback, stays.
    """
    if order.status not in (UNKNOWN, Status.UNPROCESSED):
        return
    values, change = consequences_of_silence(order, exchange, now(), policy)
    move_locked(session, order, values)
    session.add(change)


def consequences_of_silence(
    order: Order, exchange: Exchange, at: datetime, policy: Confirmation
) -> tuple[dict[str, Any], Change]:
    """What it means that a call went unanswered: the order's new values, and why they are."""
    source = Source.ENTRY if exchange.call is Call.ENTRY else Source.EXEC
    values: dict[str, Any] = {
        "status": UNKNOWN,
        "source": source,
        "status_at": exchange.asked_at,
        "confirmed_at": None,
    }
    change = change_by_silence(order, source, exchange, at)
    return scheduled(order, values, Event.SILENCE, policy, Moments(at)), change


def believe_lookup(
    session: Session, order: Order, lookup: Exchange, policy: Confirmation
) -> Change:
    """A person ends the conflict: the claim is what this lookup, read with its bodies, said."""
    found, at = found_by(lookup), now()
    status = found.Status if found else UNKNOWN
    values: dict[str, Any] = {
        "status": status,
        "source": Source.LOOKUP,
        "status_at": at,
        "confirmed_at": at if found and is_in_our_amount(order, found) else None,
    }
    if status in (UNKNOWN, Status.UNPROCESSED):
        values["executed_at"] = None
    values |= trade_of(order, found)
    change = _settle(session, order, values, Event.BELIEVED, policy)
    change.said_at, change.exchange_key = lookup.said_at, lookup.id
    return change


def keep_claim(session: Session, order: Order, policy: Confirmation) -> Change:
    """A person ends the conflict: the claim stays as it was."""
    values: dict[str, Any] = {}
    if order.conflict is Conflict.FOREIGN and order.access_id is None:
        # The number is somebody else's: no call of ours is open any more.
        values["source"] = None
    if order.status_at is None:
        # Met through callbacks alone: that nothing is known of it is now somebody's decision.
        values["status_at"] = now()
    return _settle(session, order, values, Event.KEPT, policy)


def met_by_callback(policy: Confirmation) -> dict[str, Any]:
    """The claim of an order that a verified callback is about to make: a lookup decides it."""
    claim = Claim(UNKNOWN, None, None, None, Origin.CALLBACK)
    due_at = next_lookup(Event.MET_BY_CALLBACK, claim.standing, policy, Moments(now()))
    return {"origin": claim.origin, "status": claim.status, "lookup_due_at": due_at}


def lookup_sent(order: Order, lookup: Exchange, policy: Confirmation) -> None:
    """The desk itself is about to ask."""
    _reschedule(order, Event.LOOKUP_SENT, policy, Moments(lookup.asked_at, lookup.asked_at))


def lookup_asked(order: Order, lookup: Exchange, policy: Confirmation) -> None:
    """A person is about to ask: the desk itself keeps the interval from then on."""
    _reschedule(order, Event.LOOKUP_ASKED, policy, Moments(lookup.asked_at, lookup.asked_at))


def lookup_not_sent(session: Session, order: Order, policy: Confirmation) -> None:
    """The gateway could not be reached: nothing was asked, so the interval has not begun.

    It is tried again soon; but what was asked before about what stands keeps its interval.
    """
    past, about = history_of(session, order.id), order.conflict_at or order.status_at
    by_call = order.source in (Source.ENTRY, Source.EXEC) and order.status != UNKNOWN
    if order.conflict is None and (by_call or order.source is Source.LOOKUP):
        # An answer is no leave to ask sooner, also when a person believes it later; a result is.
        about = None
    at, begun = now() + pause_after(unsent_in_a_row(past)), asked_about(past, about)
    _reschedule(order, Event.LOOKUP_NOT_SENT, policy, Moments(at, begun))


def lookup_put_off(order: Order, until: datetime, policy: Confirmation) -> None:
    """The desk itself could not ask, and tries again then."""
    _reschedule(order, Event.LOOKUP_PUT_OFF, policy, Moments(until))


def apply_notification(
    order: Order, last_asked_at: datetime | None, policy: Confirmation
) -> datetime | None:
    """A notification came that is `worth_asking` about: from when the desk asks.

    `last_asked_at`: when the last lookup was asked, answered or not.
    """
    return _reschedule(order, Event.NOTIFIED, policy, Moments(now(), last_asked_at))


def apply_policy(
    order: Order, reported_at: datetime, last_asked_at: datetime | None, policy: Confirmation
) -> None:
    """The shop has this policy from now on, and what was reported then is still waiting."""
    _reschedule(order, Event.POLICY_CHANGED, policy, Moments(reported_at, last_asked_at))


def _settle(
    session: Session, order: Order, values: dict[str, Any], event: Event, policy: Confirmation
) -> Change:
    # A later lookup than the one believed may have arrived, and its answer not.
    past, at = history_of(session, order.id), now()
    asked, amount = last_asked(past), amount_named(session, order, last_answer(past))
    moments = Moments(at, asked.asked_at if asked else None)
    change = change_by_settlement(order, at)
    values |= {"conflict": None, "conflict_at": None}
    if amount:
        # Another amount was named while this conflict stood: nobody has decided about that.
        values |= {"conflict": amount.conflict, "conflict_at": amount.recorded_at}
    move_locked(session, order, scheduled(order, values, event, policy, moments))
    change.to_status, change.source = order.status, order.source
    return change


def _reschedule(
    order: Order, event: Event, policy: Confirmation, moments: Moments
) -> datetime | None:
    """Write when the next lookup is due after what leaves the claim as it is."""
    for due_at in scheduled(order, {}, event, policy, moments).values():
        order.lookup_due_at = due_at
    return order.lookup_due_at


def scheduled(
    order: Order, values: dict[str, Any], event: Event, policy: Confirmation, moments: Moments
) -> dict[str, Any]:
    """The new values of an order, and with them when its next lookup is due if that changes."""
    claim, before = claim_of(order, values), order.lookup_due_at
    timed = Moments(moments.at, moments.asked_at, claim.since, before)
    due_at = next_lookup(event, claim.standing, policy, timed)
    return values if due_at == before else values | {"lookup_due_at": due_at}


def _values(
    order: Order, report: StatusReport, decision: StatusDecision, at: datetime
) -> dict[str, Any]:
    """What changes of the order's claim."""
    values: dict[str, Any] = {}
    if report.source is Source.LOOKUP:
        values |= {"said_amount": report.amount, "said_tax": report.tax}
    if decision.moves:
        # A recalled callback had reached us before the gateway was asked, which lags behind it.
        since = report.received_at or at
        values |= {"status": report.status, "source": report.source, "status_at": since}
        values["confirmed_at"] = at if decision.confirms else None
    elif decision.confirms:
        values["confirmed_at"] = at
    if decision.moves and report.source is Source.LOOKUP and report.status is Status.UNPROCESSED:
        values["executed_at"] = None
    if decision.ends_conflict:
        values |= {"conflict": None, "conflict_at": None}
    elif decision.conflict and order.conflict is None:
        values |= {"conflict": decision.conflict, "conflict_at": at}
    return values
