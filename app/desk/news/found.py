"""What is so at this moment that somebody may want to hear of, and whose matter it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.clock import now
from app.desk.health.conditions import JUDGED_WITHIN
from app.desk.permissions import Permission, may
from app.desk.status.unproven import quiet_since
from app.records.accounts import Role
from app.records.attention import kind_of, most_urgent
from app.records.backlog import unjudged_callbacks
from app.records.bursts import standing_burst
from app.records.case_lists import assigned_since, cases_in_attention
from app.records.cases import Case
from app.records.dropped_callbacks import unseen_losses
from app.records.news import Channel, Event, Matter, open_channels
from app.records.orders import Order
from app.records.refunds import authors_of, proposed_refunds
from app.records.shops import Environment
from app.records.unproven_copies import standing_copy
from app.records.untold import paid_without_callback

READ_AT_MOST = 500
"""Matters of one environment and kind that are noticed in one look; the most urgent are."""

EARNEST = (Environment.TEST, Environment.PRODUCTION)
"""The sandbox is for trying: it sends nobody anything."""

UNTOLD_AFTER = timedelta(hours=1)
UNTOLD_FOR = timedelta(hours=48)
"""How long after a lookup has said paid a callback may still come, and how long its not coming is
news."""

ASSIGNED_FOR = timedelta(hours=1)
"""How long it is news that a case has become somebody's."""

TOLD_ONCE = frozenset({Event.PAID_UNTOLD, Event.CASE_ASSIGNED})
"""What happens, and does not last: nobody is reminded of it, and nothing ends."""


@dataclass(frozen=True)
class Found:
    """A matter, and who may hear of it: one person, or all who may do something about it but those
    whom the rules keep out."""

    matter: Matter
    user_key: str | None = None
    permission: Permission = Permission.READ
    but: frozenset[str] = frozenset()

    def concerns(self, channel: Channel, role: Role) -> bool:
        """Whether this channel is to hear of it."""
        is_theirs = self.user_key in (None, channel.user_key) and channel.user_key not in self.but
        may_act = may(role, self.permission, self.matter.environment)
        wanted = channel.wants(self.matter.kind) and channel.wants_of(self.matter.environment)
        return is_theirs and may_act and wanted


def everything(session: Session) -> Iterator[Found]:
    """All of it."""
    at = now()
    for environment in EARNEST:
        yield from _orders(session, environment, at)
        yield from _cases(session, environment, at)
    yield from _refunds(session)
    yield from _assigned(session, at)
    yield from _desk(session, at)


def _orders(session: Session, environment: Environment, at: datetime) -> Iterator[Found]:
    quiet = quiet_since(at)
    for order in most_urgent(session, environment, quiet, READ_AT_MOST):
        if kind := kind_of(order, quiet):
            yield Found(_of_order(order, Event(kind)))
    since, before = at - UNTOLD_FOR, at - UNTOLD_AFTER
    for order in paid_without_callback(session, environment, since, before, READ_AT_MOST):
        yield Found(_of_order(order, Event.PAID_UNTOLD))


def _of_order(order: Order, event: Event) -> Matter:
    return Matter(
        about=f"{event}:{order.id}",
        kind=event,
        environment=order.environment,
        order_key=order.id,
        order_id=order.order_id,
    )


def _cases(session: Session, environment: Environment, at: datetime) -> Iterator[Found]:
    hear = {channel.user_key for channel, _ in open_channels(session)}
    for case in cases_in_attention(session, environment, at, READ_AT_MOST):
        event = Event.CASE_REOPENED if case.stirred_at else Event.CASE_OVERDUE
        # Whose it is may have left, or hear of nothing: then it is everybody's.
        whose = case.assignee_key if case.assignee_key in hear else None
        yield Found(_of_case(case, event, case.id), whose, Permission.INVESTIGATE)


def _of_case(case: Case, event: Event, about: str) -> Matter:
    return Matter(
        about=f"{event}:{about}",
        kind=event,
        environment=case.environment,
        case_key=case.id,
        case_name=case.name,
    )


def _refunds(session: Session) -> Iterator[Found]:
    waiting = proposed_refunds(session, EARNEST, READ_AT_MOST)
    authors = authors_of(session, {refund.id for refund, _ in waiting})
    for refund, case in waiting:
        but = frozenset(user for key, user in authors if key == refund.id)
        matter = _of_case(case, Event.REFUND, refund.id)
        yield Found(matter, permission=Permission.APPROVE_REFUND, but=but)


def _assigned(session: Session, at: datetime) -> Iterator[Found]:
    for event, case in assigned_since(session, EARNEST, at - ASSIGNED_FOR, READ_AT_MOST):
        yield Found(_of_case(case, Event.CASE_ASSIGNED, event.id), case.assignee_key)


def _desk(session: Session, at: datetime) -> Iterator[Found]:
    if unseen_losses(session)[0]:
        yield Found(Matter(about="lost", kind=Event.LOST))
    oldest = unjudged_callbacks(session).oldest_at
    if oldest and at - oldest > JUDGED_WITHIN:
        yield Found(Matter(about=Event.JUDGING_LATE, kind=Event.JUDGING_LATE))
    if standing_copy(session):
        yield Found(Matter(about=Event.UNPROVEN_COPY, kind=Event.UNPROVEN_COPY))
    if standing_burst(session):
        matter = Matter(about=Event.BURST, kind=Event.BURST)
        yield Found(matter, permission=Permission.READ_AUDIT)


def is_over(session: Session, matter: Matter) -> bool:
    """Whether a matter that was not found has ended: it may only be less urgent than what was."""
    if matter.order_key is None or matter.kind is Event.PAID_UNTOLD:
        return True
    order = session.get(Order, matter.order_key)
    kind = kind_of(order, quiet_since(now())) if order else None
    return kind is None or Event(kind) is not matter.kind
