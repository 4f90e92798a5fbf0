"""All we know of one order, gathered for its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from app.clock import now
from app.desk.actions import Action, Decision, decision_of
from app.desk.actions.disputes import Dispute, disputes_by_change, standing_disputes
from app.desk.actions.settle_conflict import Outcome, believable_lookup, outcomes
from app.desk.context import DeskSettings
from app.desk.notifications import Outstanding, outstanding
from app.desk.orders.source_comparison import FieldComparison, compare
from app.protocol.masking import curl_of, mask_answer, mask_form
from app.records.accounts import AuditEntry, User, audit_entries_of
from app.records.callbacks import Callback, callbacks_of
from app.records.changes import Change, changes_of
from app.records.exchanges import Exchange, exchanges_of
from app.records.notifications import Notification, has_notifications, notifications_of
from app.records.orders import Order
from app.records.payment_links import PaymentLink, payment_links_of
from app.records.shops import Shop

__all__ = [
    "Entry",
    "EntryKind",
    "ExchangeView",
    "FieldComparison",
    "OrderView",
    "exchange_view",
    "order_view",
]

# Actions that left a row of their own: an exchange, a payment link, a change.
_SHOWN_ELSEWHERE = frozenset(Action)


NOTIFICATIONS_SHOWN = 20


class EntryKind(StrEnum):
    """What kind of thing happened."""

    EXCHANGE = "exchange"
    CALLBACK = "callback"
    NOTICE = "notice"
    CHANGE = "change"
    LAUNCH = "launch"
    AUDIT = "audit"


@dataclass(frozen=True)
class ExchangeView:
    """An exchange as it may be shown: secrets masked. `answer` is None when nothing came."""

    exchange: Exchange
    request: str
    answer: str | None
    curl: str


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `exchange` is there when `row` is one.

    `repeats`: how many callbacks with the same bytes came later and are folded into this one.
    """

    kind: EntryKind
    at: datetime
    row: Exchange | Callback | Notification | Change | PaymentLink | AuditEntry
    exchange: ExchangeView | None = None
    repeats: int = 0


@dataclass(frozen=True)
class OrderView:
    """An order with its shop, its decision, and everything that happened, oldest first.

    `emails` are those of the users named in the rows, by their keys. `believable_lookup` is the
    answer an operator can believe to settle the conflict that stands, `outcomes` what each way to
    settle it comes to, `standing` what speaks against the claim in it. `disputes`: what each change
    that tells of a conflict was about, by its key. `outstanding` is what is still to come of the
    customer's return and the gateway's notification.
    """

    order: Order
    shop: Shop
    decision: Decision
    exchanges: Sequence[ExchangeView]
    callbacks: Sequence[Callback]
    changes: Sequence[Change]
    launches: Sequence[PaymentLink]
    audit_entries: Sequence[AuditEntry]
    emails: Mapping[str, str]
    timeline: Sequence[Entry]
    facts: Sequence[FieldComparison]
    believable_lookup: Exchange | None
    disputes: Mapping[str, Dispute]
    standing: Sequence[Dispute]
    outcomes: Sequence[Outcome]
    outstanding: Outstanding | None


def exchange_view(exchange: Exchange) -> ExchangeView:
    """An exchange for display, read with its bodies."""
    answer = exchange.answer
    return ExchangeView(
        exchange,
        request=mask_form(exchange.request),
        answer=None if answer is None else mask_answer(answer, exchange.request),
        curl=curl_of(exchange.url, exchange.request),
    )


def order_view(session: Session, order: Order, terms: DeskSettings) -> OrderView:
    """Everything the order's page shows."""
    exchanges, changes = exchanges_of(session, order.id), changes_of(session, order.id)
    results, launches = callbacks_of(session, order.id), payment_links_of(session, order.id)
    callbacks = [callback for callback, _ in results]
    notifications = notifications_of(session, order.id, NOTIFICATIONS_SHOWN)
    audit_entries = audit_entries_of(session, order.id)
    shop = session.get_one(Shop, order.shop_key)
    views = [exchange_view(exchange) for exchange in exchanges]
    disputes = disputes_by_change(order, changes, exchanges)
    return OrderView(
        order=order,
        shop=shop,
        decision=decision_of(session, order, now(), terms.gateway_settle),
        exchanges=views,
        callbacks=callbacks,
        changes=changes,
        launches=launches,
        audit_entries=audit_entries,
        emails=_emails(session, order, exchanges, changes, launches),
        timeline=_timeline(views, results, notifications, changes, launches, audit_entries),
        facts=compare(order, exchanges, callbacks),
        believable_lookup=believable_lookup(order, exchanges, terms.gateway_settle),
        disputes=disputes,
        standing=standing_disputes(order, changes, disputes),
        outcomes=outcomes(session, order, exchanges, terms.gateway_settle),
        outstanding=outstanding(callbacks, notifications)
        if has_notifications(session, shop.shop_id)
        else None,
    )


def _timeline(
    exchanges: Iterable[ExchangeView],
    results: Iterable[tuple[Callback, int]],
    notifications: Iterable[Notification],
    changes: Iterable[Change],
    launches: Iterable[PaymentLink],
    audit_entries: Iterable[AuditEntry],
) -> list[Entry]:
    shown = (entry for entry in audit_entries if entry.action not in _SHOWN_ELSEWHERE)
    entries = [
        *(Entry(EntryKind.EXCHANGE, v.exchange.asked_at, v.exchange, v) for v in exchanges),
        *(Entry(EntryKind.CALLBACK, row.came_at, row, repeats=more) for row, more in results),
        *(Entry(EntryKind.NOTICE, row.received_at, row) for row in notifications),
        *(Entry(EntryKind.CHANGE, row.recorded_at, row) for row in changes),
        *(Entry(EntryKind.LAUNCH, row.created_at, row) for row in launches),
        *(Entry(EntryKind.AUDIT, row.at, row) for row in shown),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.row.id))


def _emails(
    session: Session,
    order: Order,
    exchanges: Iterable[Exchange],
    changes: Iterable[Change],
    launches: Iterable[PaymentLink],
) -> dict[str, str]:
    keys = {order.created_by, *(row.asked_by for row in exchanges)}
    keys |= {row.user_key for row in changes} | {row.created_by for row in launches}
    query = select(User.id, User.email).where(col(User.id).in_(keys - {None}))
    return dict(session.exec(query).all())
