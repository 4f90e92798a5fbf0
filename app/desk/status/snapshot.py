"""What is held of an order, gathered for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.desk.status.call_results import CallResult, classify
from app.desk.status.rules import OrderSnapshot, StatusReport
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Effect, changes_since, was_settled
from app.records.exchanges import Exchange, call_under_way, history_of
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source


def snapshot_of(session: Session, order: Order, report: StatusReport | None) -> OrderSnapshot:
    """What is held when this report arrives; None is the report of a lookup that found nothing.

    Only a lookup is held against the past: callbacks come in numbers, and need none of it.
    """
    asks_past = report is None or report.source is Source.LOOKUP
    past = history_of(session, order.id) if asks_past else ()
    return OrderSnapshot(
        status=None if order.status == UNKNOWN else Status(order.status),
        source=order.source,
        ours=order.origin is Origin.CREATED,
        executed=_executed(session, order),
        has_access=order.access_id is not None,
        amount=order.amount,
        tax=order.tax,
        said_amount=order.said_amount,
        said_tax=order.said_tax,
        confirmed=order.confirmed_at is not None,
        conflict=order.conflict,
        silent_entry=went_silent(past, Call.ENTRY),
        settled=asks_past and was_settled(session, order.id),
        paid_after_failure=asks_past and _paid_after_failure(session, order),
        lagged_at=_lagged_at(past, order, report),
    )


def went_silent(past: Sequence[Exchange], call: Call) -> bool:
    """Whether a call of this kind went unanswered: it may have worked."""
    return any(
        exchange.call is call and classify(exchange) is CallResult.SILENCE for exchange in past
    )


def _executed(session: Session, order: Order) -> bool:
    if order.executed_at is not None:
        return True
    # An ExecTran under way may have worked already.
    key = order.open_exchange
    return key is not None and call_under_way(session, key) is Call.EXEC


def _paid_after_failure(session: Session, order: Order) -> bool:
    if order.conflict is not Conflict.STATUS or order.conflict_at is None:
        return False
    return any(
        change.effect is Effect.CONFLICT
        and change.source is Source.CALLBACK
        and change.to_status == Status.PAYSUCCESS
        for change in changes_since(session, order.id, order.conflict_at)
    )


def _lagged_at(
    past: Sequence[Exchange], order: Order, report: StatusReport | None
) -> datetime | None:
    """When the first earlier lookup was asked that spoke of another status than this claim."""
    this = report.exchange_key if report else None
    since = order.status_at
    lagging = (
        exchange.asked_at
        for exchange in past
        if exchange.said_status not in (None, order.status) and exchange.id != this
    )
    return next((at for at in lagging if since is not None and at >= since), None)
