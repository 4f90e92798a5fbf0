"""Deciding: the two tables asked, and who may not go on without it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.desk.decisions.facts import Facts, facts_of
from app.desk.decisions.locks import lock_of
from app.desk.decisions.steps import step_of
from app.desk.decisions.words import Action, Decision, NextStep, NotPossible
from app.desk.heard import Heard
from app.desk.rulings import LOOKUP_INTERVAL
from app.records.changes import was_settled
from app.records.exchanges import history_of
from app.records.launches import has_launches
from app.records.orders import Order

_ASKS = (NextStep.ASK_GATEWAY, NextStep.CONFIRM_BY_LOOKUP)


def decide(facts: Facts) -> Decision:
    """What is possible, what is locked, what is recommended."""
    row = step_of(facts)
    locks = {action: lock for action in Action if (lock := lock_of(action, facts))}
    return Decision(
        next_step=row.step,
        due_at=row.due(facts),
        possible=frozenset(Action) - locks.keys(),
        locked=locks,
        lookup_free_at=None if row.step in _ASKS else lookup_free_at(facts),
    )


def lookup_free_at(facts: Facts) -> datetime | None:
    """Until when a further lookup needs a reason; None where it needs none.

    A lookup without a usable answer does not count. One that the table itself recommends, as
    after silence or to confirm a payment, needs none either.
    """
    if facts.lookup is None or facts.lookup.heard not in (Heard.DONE, Heard.MISSING):
        return None
    free_at = facts.lookup.asked_at + LOOKUP_INTERVAL
    return free_at if facts.now < free_at else None


def decision_of(session: Session, order: Order, now: datetime, settle: timedelta) -> Decision:
    """The decision on an order as it stands in the tables."""
    facts = facts_of(
        order,
        history_of(session, order.id),
        now,
        settle,
        launched=has_launches(session, order.id),
        settled=was_settled(session, order.id),
    )
    return decide(facts)


def require(decision: Decision, action: Action) -> None:
    """Raise NotPossible unless the action is possible."""
    if lock := decision.locked.get(action):
        raise NotPossible(action, lock)
