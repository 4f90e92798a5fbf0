"""Deciding: the two tables asked, and who may not go on without it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.desk.actions.facts import Facts, facts_of
from app.desk.actions.locks import lock_of
from app.desk.actions.next_steps import ASKS, left_to_the_desk, step_of
from app.desk.actions.start_page import starts_elsewhere
from app.desk.actions.vocabulary import Action, Decision, NextStep, NotPossible
from app.desk.status.groups import FAILED
from app.desk.status.snapshot import disputed_since
from app.protocol.error_catalogue import leaves_doubt
from app.protocol.reading import read_result
from app.records.callback_reports import first_reports
from app.records.changes import was_settled
from app.records.exchanges import history_of
from app.records.families import has_other_try
from app.records.orders import Order, Source
from app.records.payment_links import has_payment_links
from app.records.shops import Shop

_NEED_NO_REASON = (*ASKS, NextStep.CHECK_ADDRESS)


def decide(facts: Facts) -> Decision:
    """What is possible, what is locked, what is recommended."""
    row = step_of(facts)
    locks = {action: lock for action in Action if (lock := lock_of(action, facts))}
    return Decision(
        next_step=row.step,
        due_at=row.due(facts),
        possible=frozenset(Action) - locks.keys(),
        locked=locks,
        # One that the table itself recommends, as after silence, needs no reason.
        lookup_free_at=None if row.step in _NEED_NO_REASON else facts.lookup_free_at,
        desk_asks=row.step in ASKS and left_to_the_desk(facts),
    )


def decision_of(session: Session, order: Order, at: datetime, settle: timedelta) -> Decision:
    """The decision on an order as it stands in the tables."""
    facts = facts_of(
        order,
        history_of(session, order.id),
        at,
        settle,
        launched=has_payment_links(session, order.id),
        settled=was_settled(session, order.id),
        disputed_at=disputed_since(session, order),
        doubted=_doubted(session, order),
        start_elsewhere=_starts_elsewhere(session, order),
        other_try=has_other_try(session, order),
    )
    return decide(facts)


def _doubted(session: Session, order: Order) -> bool:
    """Whether the callback behind a failed claim leaves open that money has moved."""
    if order.status not in FAILED or order.source is not Source.CALLBACK:
        return False
    reports = (one for one in first_reports(session, order.id) if one.status == order.status)
    return any(leaves_doubt(read_result(callback.body).values) for callback in reports)


def _starts_elsewhere(session: Session, order: Order) -> bool:
    if order.start_url is None:
        return False
    return starts_elsewhere(order, session.get_one(Shop, order.shop_key))


def require(decision: Decision, action: Action) -> None:
    """Raise NotPossible unless the action is possible."""
    if lock := decision.locked.get(action):
        raise NotPossible(action, lock)
