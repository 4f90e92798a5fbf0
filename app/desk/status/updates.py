"""Status updates: the one place where a report changes what we hold of an order.

What a report does is decided by `rules`. Here it is written down: the claim by a conditional
update, and beside it a row of `changes` that says why. Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.clock import now
from app.desk.status.rules import (
    LOOKUP_INTERVAL,
    StatusDecision,
    StatusReport,
    decide_not_found,
    decide_status,
)
from app.desk.status.snapshot import snapshot_of
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect, changes_since
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Conflict, Order, Source, move_claim

__all__ = ["StatusReport", "apply_not_found", "apply_report", "consequences", "mark_unknown"]


class StaleClaim(Exception):
    """An order changed while an exchange about it was completed, although it was locked."""


def apply_report(session: Session, order: Order, report: StatusReport) -> Effect | None:
    """Let a report take effect on the order's claim; None when it changes nothing.

    Safe against others who hear of the same order at the same time: whoever comes second looks
    again. A conflict that has been raised already is not raised twice.
    """
    while True:
        decision = decide_status(snapshot_of(session, order, report), report)
        if decision.conflict and _raised(
            session, order, report.source, report.status, decision.conflict
        ):
            return Effect.CONFLICT
        values, changes = consequences(order, report, decision)
        if not values or move_claim(session, order, values):
            session.add_all(changes)
            return changes[0].effect if changes else None
        session.refresh(order)


def consequences(
    order: Order, report: StatusReport, decision: StatusDecision
) -> tuple[dict[str, Any], list[Change]]:
    """What a decision means: the new values of the order's row, and the changes that say why."""
    at = report.heard_at or now()
    changes = [_heard(order, effect, report, decision, at) for effect in _effects(report, decision)]
    return _values(order, report, decision, at), changes


def apply_not_found(
    session: Session, order: Order, exchange: Exchange, late_enough: bool
) -> Conflict | None:
    """A lookup finds no such order; the conflict that this raises. `late_enough`: see Word."""
    decision = decide_not_found(snapshot_of(session, order, None), late_enough)
    at = exchange.answered_at or now()
    change = _change(order, Effect.NOT_REGISTERED, order.status, UNKNOWN, at)
    change.source, change.exchange_key = Source.LOOKUP, exchange.id
    if decision.frees_number:
        values = {"source": Source.LOOKUP, "status_at": at, "lookup_due_at": None}
    elif decision.conflict:
        change.effect, change.conflict = Effect.CONFLICT, decision.conflict
        values = {"conflict": decision.conflict, "conflict_at": at, "lookup_due_at": None}
    else:
        if decision.known:
            order.lookup_due_at = None
        return None
    _move_locked(session, order, values, change)
    return decision.conflict


def mark_unknown(session: Session, order: Order, exchange: Exchange) -> None:
    """A call that changes the trade got no usable answer: nobody knows the status since then.

    A claim that has gone further meanwhile, as by a callback, stays.
    """
    if order.status not in (UNKNOWN, Status.UNPROCESSED):
        return
    source = Source.ENTRY if exchange.call is Call.ENTRY else Source.EXEC
    change = _change(order, Effect.WENT_UNKNOWN, order.status, UNKNOWN, now())
    change.source, change.exchange_key = source, exchange.id
    values = {
        "status": UNKNOWN,
        "source": source,
        "status_at": exchange.asked_at,
        "confirmed_at": None,
        "lookup_due_at": now(),
    }
    _move_locked(session, order, values, change)


def _move_locked(session: Session, order: Order, values: dict[str, Any], change: Change) -> None:
    if not move_claim(session, order, values):
        raise StaleClaim(order.id)
    session.add(change)


def _raised(
    session: Session, order: Order, source: Source, status: Status, conflict: Conflict
) -> bool:
    if order.conflict is None or order.conflict_at is None:
        return False
    said = (source, status, conflict)
    since = changes_since(session, order.id, order.conflict_at)
    return any((change.source, change.to_status, change.conflict) == said for change in since)


def _values(
    order: Order, report: StatusReport, decision: StatusDecision, at: datetime
) -> dict[str, Any]:
    """What changes of the order's row."""
    values: dict[str, Any] = {}
    if report.source is Source.LOOKUP:
        values |= {"said_amount": report.amount, "said_tax": report.tax}
    if decision.moves:
        values |= {"status": report.status, "source": report.source, "status_at": at}
        values["confirmed_at"] = at if decision.confirms else None
    elif decision.confirms:
        values["confirmed_at"] = at
    if decision.moves and report.source is Source.LOOKUP and report.status is Status.UNPROCESSED:
        values["executed_at"] = None
    if decision.ends_conflict:
        values |= {"conflict": None, "conflict_at": None}
    elif decision.conflict and order.conflict is None:
        values |= {"conflict": decision.conflict, "conflict_at": at}
    return values | _due(order, report, decision, at)


def _due(
    order: Order, report: StatusReport, decision: StatusDecision, at: datetime
) -> dict[str, datetime | None]:
    """When the next lookup is due, where the report says anything about that."""
    status = report.status if decision.moves else order.status
    if report.source is Source.CALLBACK:
        paid = decision.moves and status == Status.PAYSUCCESS
        if decision.conflict or paid:
            return {"lookup_due_at": at}
        return {"lookup_due_at": None} if decision.moves else {}
    if report.source is Source.LOOKUP and (order.conflict or decision.conflict):
        return {"lookup_due_at": None}
    if status == UNKNOWN or (report.source is not Source.LOOKUP and not decision.moves):
        return {}
    waits = status != Status.UNPROCESSED and not report.status.is_final
    return {"lookup_due_at": (report.asked_at or at) + LOOKUP_INTERVAL if waits else None}


def _effects(report: StatusReport, decision: StatusDecision) -> Iterator[Effect]:
    if decision.moves:
        yield Effect.MOVED
    # That money is confirmed is a fact of its own, beside the move that brought it.
    if decision.confirms and (not decision.moves or report.status is Status.PAYSUCCESS):
        yield Effect.CONFIRMED
    if decision.conflict:
        yield Effect.CONFLICT


def _heard(
    order: Order, effect: Effect, report: StatusReport, decision: StatusDecision, at: datetime
) -> Change:
    change = _change(order, effect, order.status, report.status, at)
    change.source, change.said_at, change.conflict = (
        report.source,
        report.said_at,
        decision.conflict,
    )
    change.exchange_key, change.callback_key = report.exchange_key, report.callback_key
    return change


def _change(order: Order, effect: Effect, before: str, after: str, at: datetime) -> Change:
    return Change(
        order_key=order.id, effect=effect, from_status=before, to_status=after, recorded_at=at
    )
