"""Sweeping: what is beyond the limits is dropped, a step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlmodel import Session

from app.clock import now
from app.desk.retention.books import sweep_books
from app.desk.retention.disk import cut_bodies
from app.desk.retention.policy import KEPT_OF_AN_ORDER, RetentionPolicy, Step
from app.desk.retention.sandbox import sweep_orders
from app.desk.retention.steps import Steps, Write
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.droppable import (
    CALLBACKS,
    NOTICES,
    SANDBOX_CALLBACKS,
    Kind,
    beyond_number,
    beyond_size,
    drop,
    droppable,
    hand_over,
    heirs,
    surplus,
)
from app.records.dropped_callbacks import Limit, count_dropped
from app.records.keys import first_key

FOUND_AT_ONCE = 500
"""How many rows to be dropped are looked for at once."""


def sweep_all(
    database: Database, limits: RetentionPolicy, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Drop what is beyond the limits; how many rows. Stops between two steps when told to."""
    steps = Steps(database, stopped)
    dropped = sum(sweep(steps, kind, limits) for kind in (*CALLBACKS, SANDBOX_CALLBACKS, *NOTICES))
    dropped += sweep_orders(steps, limits.number)
    dropped += sweep_books(steps)
    cut_bodies(steps)
    return dropped


def sweep(steps: Steps, kind: Kind, limits: RetentionPolicy) -> int:
    """Drop what is beyond the limits of one kind; how many rows."""
    with steps.database.reading() as session:
        bounds = bounds_of(session, kind, limits)
    return sum(_drop(steps, kind, limit, upto) for limit, upto in bounds if upto)


def sweep_notifications(session: Session, limits: RetentionPolicy) -> int:
    """Drop the oldest notifications beyond the limits, in the caller's own transaction."""
    dropped = 0
    for kind in NOTICES:
        for limit, upto in bounds_of(session, kind, limits):
            keys = droppable(session, kind, "", upto, FOUND_AT_ONCE)
            dropped += _drop_and_count(session, keys, kind=kind, limit=limit, upto=upto)
    return dropped


def bounds_of(session: Session, kind: Kind, limits: RetentionPolicy) -> Sequence[tuple[Limit, str]]:
    """Up to which key each limit drops; an empty one where it drops nothing."""
    too_many = beyond_number(session, kind, limits.number)
    # What is one too many goes anyway: only the others' sizes are added up.
    too_large = beyond_size(session, kind, limits.size, too_many)
    bounds = [(Limit.NUMBER, too_many), (Limit.SIZE, too_large)]
    return [(Limit.AGE, first_key(now() - limits.age)), *bounds] if kind.ages else bounds


def _drop(steps: Steps, kind: Kind, limit: Limit, upto: str) -> int:
    step, dropped = Step(), 0
    write = partial(_drop_and_count, kind=kind, limit=limit, upto=upto)
    for keys in _free(steps, kind, upto):
        dropped += _drop_these(steps, kind, keys, upto, step, write)
    if kind in CALLBACKS:
        write = partial(write, free=False)
        dropped += _drop_surplus(steps, kind, upto, step, write)
    return dropped


def _drop_and_count(
    session: Session, keys: Sequence[str], *, kind: Kind, limit: Limit, upto: str, free: bool = True
) -> int:
    """In one transaction: whoever is killed between two has left nothing uncounted."""
    gone = len(drop(session, kind, keys, upto, free=free))
    if gone:
        count_dropped(session, kind.name, limit, gone)
    return gone


def _free(steps: Steps, kind: Kind, upto: str) -> Iterator[Sequence[str]]:
    """The keys that may be dropped, looked for while others write."""
    after = ""
    while not steps.stopped():
        with steps.database.reading() as session:
            keys = droppable(session, kind, after, upto, FOUND_AT_ONCE)
        if not keys:
            return
        after = keys[-1]
        yield keys


def _drop_surplus(steps: Steps, kind: Kind, upto: str, step: Step, write: Write) -> int:
    dropped = 0
    while not steps.stopped():
        with steps.database.reading() as session:
            keys = surplus(session, kind, upto, KEPT_OF_AN_ORDER)
        gone = _drop_these(steps, kind, keys, upto, step, write)
        dropped += gone
        if not gone:
            break
    return dropped


def _drop_these(
    steps: Steps, kind: Kind, keys: Sequence[str], upto: str, step: Step, write: Write
) -> int:
    if kind.table is Callback:
        _hand_over_copies(steps, keys, upto, step)
    return steps.through(keys, write, step)


def _hand_over_copies(steps: Steps, keys: Sequence[str], upto: str, step: Step) -> None:
    """A flood may be of one body: its copies find their new first before the old one goes."""
    with steps.database.reading() as session:
        found = heirs(session, keys, upto)
    for gone, heir in found:
        steps.until_done(partial(_hand_over_some, gone=gone, heir=heir), step)


def _hand_over_some(session: Session, size: int, *, gone: str, heir: str) -> int:
    return hand_over(session, gone, heir, size)
