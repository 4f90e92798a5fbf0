"""Orders of the sandbox that callbacks named first: anybody can make one, and so without end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlmodel import Session

from app.desk.retention.policy import Step
from app.desk.retention.steps import Steps
from app.records.dropped_callbacks import SANDBOX_ORDERS, Limit, count_dropped
from app.records.purge import beyond_number, forget_callbacks, forget_orders, forgettable

FOUND_AT_ONCE = 100
"""How many orders are looked for at once."""


def sweep_orders(steps: Steps, number: int) -> int:
    """Drop all but the newest, with all that hangs on them; how many orders.

    One that a person has touched stays, and so does one with a call under way.
    """
    with steps.database.reading() as session:
        upto = beyond_number(session, number)
    callbacks, orders, dropped, after = Step(), Step(), 0, ""
    while not steps.stopped() and (keys := _next(steps, after, upto)):
        after = keys[-1]
        # One order may have been named by a flood: its callbacks go first, a few at a time.
        steps.until_done(partial(_forget_callbacks, keys=keys), callbacks)
        dropped += steps.through(keys, _forget_and_count, orders)
    return dropped


def _forget_and_count(session: Session, keys: Sequence[str]) -> int:
    gone = forget_orders(session, keys)
    if gone:
        count_dropped(session, SANDBOX_ORDERS, Limit.NUMBER, gone)
    return gone


def _next(steps: Steps, after: str, upto: str) -> Sequence[str]:
    with steps.database.reading() as session:
        return forgettable(session, after, upto, FOUND_AT_ONCE)


def _forget_callbacks(session: Session, size: int, *, keys: Sequence[str]) -> int:
    return forget_callbacks(session, keys, size)
