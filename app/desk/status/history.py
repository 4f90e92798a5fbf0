"""History: the rows of `changes`, which say why a claim became what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from app.desk.status.rules import NotFoundDecision, StatusDecision, StatusReport
from app.protocol.statuses import Status
from app.records.changes import Change, Effect, changes_since
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Conflict, Order, Source


def changes_by_report(
    order: Order, report: StatusReport, decision: StatusDecision, at: datetime
) -> list[Change]:
    """What a report did to the claim, the most telling first."""
    return [_reported(order, effect, report, decision, at) for effect in _effects(report, decision)]


def change_by_not_found(
    order: Order, lookup: Exchange, decision: NotFoundDecision, at: datetime
) -> Change:
    """What it did that a lookup found no such order."""
    effect = Effect.CONFLICT if decision.conflict else Effect.NOT_REGISTERED
    change = _change(order, effect, UNKNOWN, at)
    change.source, change.exchange_key = Source.LOOKUP, lookup.id
    change.conflict = decision.conflict
    return change


def change_by_silence(order: Order, source: Source, exchange: Exchange, at: datetime) -> Change:
    """What it did that a call went unanswered."""
    change = _change(order, Effect.WENT_UNKNOWN, UNKNOWN, at)
    change.source, change.exchange_key = source, exchange.id
    return change


def change_by_settlement(order: Order, at: datetime) -> Change:
    """What a person's word did; to complete once the claim is written."""
    change = _change(order, Effect.SETTLED, order.status, at)
    change.conflict = order.conflict
    return change


def raised_before(session: Session, order: Order, report: StatusReport, conflict: Conflict) -> bool:
    """Whether the same source has raised the same conflict already, with the same status."""
    if order.conflict is None or order.conflict_at is None:
        return False
    said = (report.source, report.status, conflict)
    since = changes_since(session, order.id, order.conflict_at)
    return any((change.source, change.to_status, change.conflict) == said for change in since)


def amount_named(session: Session, order: Order, answer: Exchange | None) -> Change | None:
    """What this last answered lookup said of another amount while another conflict stood."""
    about_figures = order.conflict in (Conflict.AMOUNT, Conflict.FOREIGN)
    if answer is None or about_figures or order.conflict_at is None:
        return None
    since = changes_since(session, order.id, order.conflict_at)
    named = (one for one in since if one.conflict is Conflict.AMOUNT)
    return next((one for one in named if one.exchange_key == answer.id), None)


def _effects(report: StatusReport, decision: StatusDecision) -> Iterator[Effect]:
    if decision.moves:
        yield Effect.MOVED
    # That money is confirmed is a fact of its own, beside the move that brought it.
    if decision.confirms and (not decision.moves or report.status is Status.PAYSUCCESS):
        yield Effect.CONFIRMED
    if decision.conflict:
        yield Effect.CONFLICT


def _reported(
    order: Order, effect: Effect, report: StatusReport, decision: StatusDecision, at: datetime
) -> Change:
    change = _change(order, effect, report.status, at)
    change.source, change.said_at = report.source, report.said_at
    change.conflict = decision.conflict
    change.exchange_key, change.callback_key = report.exchange_key, report.callback_key
    return change


def _change(order: Order, effect: Effect, after: str, at: datetime) -> Change:
    return Change(
        order_key=order.id,
        effect=effect,
        from_status=order.status,
        to_status=after,
        recorded_at=at,
    )
