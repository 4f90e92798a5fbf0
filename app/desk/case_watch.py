"""A closed case about an order goes on listening: what comes late reopens it, with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from app.records.cases import CaseEvent, CaseState, Deed, closed_cases_about
from app.records.changes import Change, Effect
from app.records.orders import Order

NEWS = (Effect.MOVED, Effect.CONFLICT, Effect.WENT_UNKNOWN)
"""Changes of a claim that a closed case is opened again for. That a lookup says the same is none,
and what a person settled is known to them."""


def tell_cases(session: Session, order: Order, changes: Iterable[Change]) -> None:
    """The claim of this order has changed: whoever closed a case about it did not know."""
    for change in changes:
        if change.effect in NEWS:
            told = {"callback": change.callback_key} if change.callback_key else {}
            reopen_cases_about(
                session, order, change.recorded_at, **(told or {"change": change.id})
            )
            return


def reopen_cases_about(session: Session, order: Order, at: datetime, **cause: str) -> None:
    """Reopen each closed case about this order. `cause` names what came, by its key.

    Costs nothing for an order in no closed case, which is nearly every one: it knows by itself.
    Whoever calls holds the order's lock.
    """
    if order.case_closed_at is None:
        return
    for case in closed_cases_about(session, order.id):
        case.state, case.closed_at = CaseState.OPEN, None
        case.stirred_at, case.stirred_by = at, next(iter(cause.values()))
        detail = json.dumps({"order": order.order_id, **cause})
        session.add(CaseEvent(case_key=case.id, at=at, deed=Deed.REOPENED, detail=detail))
    order.case_closed_at = None
