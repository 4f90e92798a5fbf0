"""Snapshot: what is held of an order, gathered from the tables for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from app.desk.status.call_results import CallResult, classify, last_answer
from app.desk.status.groups import FINAL
from app.desk.status.rules import Figures, OrderSnapshot, StatusReport
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.changes import Change, Effect, changes_of, changes_since, was_settled
from app.records.exchanges import Exchange, call_under_way, history_of
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source
from app.records.shops import Confirmation

_ABOUT_FIGURES = (Conflict.AMOUNT, Conflict.FOREIGN)


@dataclass(frozen=True)
class Terms:
    """What holds for whatever is reported of a shop's orders.

    `confirmation`: when the shop has a reported payment confirmed. `settle`: the time after which
    an unanswered call can no longer be at work; only lookups ask for it, and without it no call
    is ever taken for lost.
    """

    confirmation: Confirmation
    settle: timedelta = timedelta.max


class Past(NamedTuple):
    """What was asked about an order and what became of its claim, each oldest first. The exchanges
    come without their bodies."""

    exchanges: Sequence[Exchange] = ()
    changes: Sequence[Change] = ()

    @property
    def is_settled(self) -> bool:
        """Whether the last thing that happened to the claim is that a person settled it."""
        return bool(self.changes) and self.changes[-1].effect is Effect.SETTLED


NO_PAST = Past()


def past_of(session: Session, order: Order) -> Past:
    """The past of an order, out of the tables."""
    return Past(history_of(session, order.id), changes_of(session, order.id))


def snapshot_of(
    session: Session,
    order: Order,
    report: StatusReport | None,
    settle: timedelta,
    past: Past | None = None,
) -> OrderSnapshot:
    """What is held when this report arrives; None is the report of a lookup that found nothing.

    Only a lookup is held against the past: callbacks come in numbers, and need none of it. `past`:
    what is known of it already, by whoever has many orders to report on.
    """
    if report is not None and report.source is not Source.LOOKUP:
        past = NO_PAST
    elif past is None:
        past = past_of(session, order)
    return OrderSnapshot(
        status=None if order.status == UNKNOWN else Status(order.status),
        source=order.source,
        since=order.status_at,
        settle=settle,
        ours=order.origin is Origin.CREATED,
        executed=_executed(session, order),
        access_id=order.access_id,
        amount=order.amount,
        tax=order.tax,
        accepted=_accepted(past),
        said_status=_said_before(past.exchanges, report),
        said_at=_said_at(session, order, report),
        confirmed=order.confirmed_at is not None,
        conflict=order.conflict,
        silent_entry=went_silent(past.exchanges, Call.ENTRY),
        settled=past.is_settled,
        paid_after_failure=_paid_after_failure(past.changes, order),
        lagged_at=_lagged_at(past.exchanges, order, report),
    )


def _accepted(past: Past) -> frozenset[Figures]:
    """The figures that a conflict about an amount has named and a person has settled since."""
    lookups = {exchange.id: exchange for exchange in past.exchanges}
    named: set[Figures] = set()
    accepted: set[Figures] = set()
    for change in past.changes:
        if change.effect is Effect.SETTLED and change.conflict in _ABOUT_FIGURES:
            accepted |= named
        elif change.conflict in _ABOUT_FIGURES and change.exchange_key in lookups:
            said = lookups[change.exchange_key]
            paid = said.said_status == Status.PAYSUCCESS
            named.add((paid, said.said_amount, said.said_tax))
    return frozenset(accepted)


def _said_before(past: Sequence[Exchange], report: StatusReport | None) -> Status | None:
    """The status that the lookup before this one named."""
    this = report.exchange_key if report else None
    said = (one.said_status for one in reversed(past) if one.said_status and one.id != this)
    return next((Status(status) for status in said), None)


def _said_at(session: Session, order: Order, report: StatusReport | None) -> datetime | None:
    """The time that the source of the claim named; only a callback that disputes it needs it."""
    if report is None or report.source is not Source.CALLBACK:
        return None
    if order.status not in FINAL or order.status == report.status:
        return None
    moves = (one for one in changes_of(session, order.id) if one.to_status == order.status)
    return max((one.said_at for one in moves if one.said_at and not one.conflict), default=None)


def went_silent(past: Sequence[Exchange], call: Call) -> bool:
    """Whether a call of this kind went unanswered: it may have worked."""
    return any(
        exchange.call is call and classify(exchange) is CallResult.SILENCE for exchange in past
    )


def disputed_since(session: Session, order: Order) -> datetime | None:
    """When a callback last spoke against the claim in the conflict that stands; None: none did."""
    if order.conflict is None or order.conflict_at is None:
        return None
    disputes = (
        change.recorded_at
        for change in changes_since(session, order.id, order.conflict_at)
        if change.effect is Effect.CONFLICT and change.source is Source.CALLBACK
    )
    return max(disputes, default=None)


def reported_since(session: Session, order: Order, past: Sequence[Exchange]) -> datetime | None:
    """Since when something that callbacks alone reported waits for the gateway's word.

    None when nothing waits: nothing was reported, a lookup has answered, or a person has settled
    it. `past`: the order's exchanges, oldest first.
    """
    if order.conflict:
        since = disputed_since(session, order)
    elif order.first_met:
        since = order.created_at
    elif _is_reported_paid(order) and not was_settled(session, order.id):
        since = order.status_at
    else:
        return None
    answer = last_answer(past)
    return None if answer and _answers(answer, order, since) else since


def _is_reported_paid(order: Order) -> bool:
    from_callback = order.status == Status.PAYSUCCESS and order.source is Source.CALLBACK
    return from_callback and order.confirmed_at is None


def _answers(lookup: Exchange, order: Order, since: datetime | None) -> bool:
    """Whether a lookup's answer is the word that is waited for. One that lags is not."""
    if since is None or lookup.answered_at is None or lookup.answered_at < since:
        return False
    return order.conflict is not None or lookup.said_status == order.status


def _executed(session: Session, order: Order) -> bool:
    if order.executed_at is not None:
        return True
    # An ExecTran under way may have worked already.
    key = order.open_exchange
    return key is not None and call_under_way(session, key) is Call.EXEC


def _paid_after_failure(changes: Sequence[Change], order: Order) -> bool:
    since = order.conflict_at
    if order.conflict is not Conflict.STATUS or since is None:
        return False
    return any(
        change.effect is Effect.CONFLICT
        and change.source is Source.CALLBACK
        and change.to_status == Status.PAYSUCCESS
        for change in changes
        if change.recorded_at >= since
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
