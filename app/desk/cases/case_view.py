"""All of one case for its page: its orders, its checklist, and everything that happened."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from app.desk.cases.checklist import Checked, Known, checklist
from app.desk.cases.refund_values import refundable
from app.desk.cases.refunds import digest_of
from app.desk.context import Actor, DeskSettings
from app.desk.orders.order_view import Entry, ExchangeView, OrderView, exchange_view, order_view
from app.desk.permissions import Permission, may
from app.records.accounts import User
from app.records.batch_cases import Line, lines_of_cases
from app.records.cases import (
    Attachment,
    Case,
    CaseEvent,
    Deed,
    attachments_of,
    events_of,
    orders_of_case,
    preview_sizes,
)
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.records.refunds import Refund, RefundState, authors_of, refunds_of

MENTIONS_AT_MOST = 100
"""Words of all the notes of a case that are looked up as OrderIDs."""

NUMBER = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z0-9][A-Za-z0-9-]{2,26}(?![A-Za-z0-9-])")
"""What may be an OrderID in a note."""

_OF_CASE = frozenset(f"case-{deed}" for deed in Deed)


@dataclass(frozen=True)
class Moment:
    """One line of a case's timeline: what happened in the case, or (`view`) to one of its orders.

    `opens_again`: what it was is the reason for which the closed case was reopened.
    """

    at: datetime
    event: CaseEvent | None = None
    entry: Entry | None = None
    view: OrderView | None = None
    opens_again: bool = False

    @property
    def key(self) -> str:
        """What orders two of the same moment."""
        row = self.event or (self.entry.row if self.entry else None)
        return row.id if row else ""

    @cached_property
    def detail(self) -> Mapping[str, Any]:
        """What the event knows besides its text."""
        return dict(json.loads(self.event.detail)) if self.event else {}


@dataclass(frozen=True)
class RefundView:
    """A refund with its order. `digest` is what an approval now would be bound to.

    `may_approve`: whether this reader may. `is_author`: whether they proposed or edited it.
    """

    refund: Refund
    order: Order
    digest: str
    may_approve: bool
    is_author: bool


@dataclass(frozen=True)
class CaseView:
    """A case with all that its page, its report and its bundle show.

    `refundable`: yen by an order's key. `emails`: of people by their keys. `mentioned`: the keys of
    orders that the notes name, by their OrderID. `lines`: of lists, from which it was opened.
    `exchanges`: of its orders, and what was asked about lines that were no order.
    """

    case: Case
    orders: Sequence[OrderView]
    events: Sequence[CaseEvent]
    files: Sequence[Attachment]
    previews: Mapping[str, tuple[int, int]]
    refunds: Sequence[RefundView]
    refundable: Mapping[str, int]
    checklist: Sequence[Checked]
    timeline: Sequence[Moment]
    emails: Mapping[str, str]
    mentioned: Mapping[str, str]
    lines: Sequence[Line]
    exchanges: Sequence[ExchangeView]


def case_view(
    session: Session, case: Case, terms: DeskSettings, reader: Actor | None = None
) -> CaseView:
    """Everything about a case, as `reader` may see it."""
    orders = orders_of_case(session, case.id)
    views = [order_view(session, order, terms) for order in orders]
    events, files = events_of(session, case.id), attachments_of(session, case.id)
    refunds = refunds_of(session, case.id)
    known, lines = Known(case, views, events, files, refunds), lines_of_cases(session, [case.id])
    return CaseView(
        case=case,
        orders=views,
        events=events,
        files=files,
        previews=preview_sizes(session, case.id),
        refunds=_refund_views(session, refunds, reader),
        refundable={order.id: refundable(session, order) for order in orders},
        checklist=checklist(known),
        timeline=_timeline(case, events, views),
        emails=_emails(session, known),
        mentioned=_mentioned(session, case, events),
        lines=lines,
        exchanges=_exchanges(session, views, lines),
    )


def _exchanges(
    session: Session, views: Sequence[OrderView], lines: Sequence[Line]
) -> Sequence[ExchangeView]:
    of_orders = [one for view in views for one in view.exchanges]
    known = {one.exchange.id for one in of_orders}
    keys = {line.item.exchange_key for line in lines if line.item.exchange_key} - known
    asked = session.exec(select(Exchange).where(col(Exchange.id).in_(keys)))
    return [*of_orders, *map(exchange_view, asked)]


def _timeline(
    case: Case, events: Sequence[CaseEvent], views: Sequence[OrderView]
) -> Sequence[Moment]:
    moments = [Moment(event.at, event=event) for event in events]
    for view in views:
        for entry in view.timeline:
            # What people did in this case stands there already, in the case's own words.
            if getattr(entry.row, "action", "") in _OF_CASE:
                continue
            again = bool(case.stirred_by) and entry.row.id == case.stirred_by
            moments.append(Moment(entry.at, entry=entry, view=view, opens_again=again))
    return sorted(moments, key=lambda moment: (moment.at, moment.key))


def _refund_views(
    session: Session, refunds: Sequence[Refund], reader: Actor | None
) -> Sequence[RefundView]:
    authors = authors_of(session, [refund.id for refund in refunds])
    views = []
    for refund in refunds:
        order = session.get_one(Order, refund.order_key)
        is_author = reader is not None and (refund.id, reader.user_key) in authors
        is_open = refund.state is RefundState.PROPOSED
        may_approve = (
            reader is not None
            and is_open
            and not is_author
            and may(reader.role, Permission.APPROVE_REFUND)
        )
        digest = digest_of(session, refund, order) if is_open else refund.digest
        views.append(RefundView(refund, order, digest, may_approve, is_author))
    return views


def _emails(session: Session, known: Known) -> Mapping[str, str]:
    case = known.case
    keys = {case.opened_by, case.assignee_key, case.decided_by}
    keys |= {file.added_by for file in known.files}
    keys |= {refund.proposed_by for refund in known.refunds}
    keys |= {refund.decided_by for refund in known.refunds}
    query = select(User.id, User.email).where(col(User.id).in_(keys - {None}))
    emails = dict(session.exec(query).all())
    for view in known.orders:
        emails |= view.emails
    return emails


def _mentioned(session: Session, case: Case, events: Sequence[CaseEvent]) -> Mapping[str, str]:
    words = {word for event in events for word in NUMBER.findall(event.text)}
    if not words:
        return {}
    query = select(Order.order_id, Order.id).where(
        Order.environment == case.environment,
        col(Order.order_id).in_(sorted(words)[:MENTIONS_AT_MOST]),
    )
    return dict(session.exec(query).all())
