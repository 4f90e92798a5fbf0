"""Judging: whether to believe what was received, in one short transaction for many at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from app.desk.callbacks.apply import apply, find_orders
from app.desk.callbacks.customer_message import CustomerMessage, customer_message
from app.desk.callbacks.verification import read_and_verify, write_verdict
from app.desk.context import Desk
from app.records.callbacks import Callback, originals, unjudged, unjudged_keys
from app.records.pubsub import notify

BATCH = 50
"""The most callbacks judged in one transaction: rows just received wait behind it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Processed:
    """A callback that has been judged and applied, and what its customer may read."""

    callback: Callback
    told: CustomerMessage


def process_rows(session: Session, sandbox_on: bool, keys: Sequence[str]) -> list[Processed]:
    """Judge those of these callbacks that are still waiting, and apply the verified ones."""
    callbacks = unjudged(session, keys)
    batch = read_and_verify(session, sandbox_on, callbacks)
    find_orders(session, batch)
    for callback in callbacks:
        callback.digest = sha256(callback.body).hexdigest()
    # Only now: of two processes with the same bytes, the second has waited for the orders' locks.
    copies = originals(session, callbacks)
    for checked in batch:
        checked.callback.copy_of = copies.get(checked.callback.id)
        write_verdict(checked)
        apply(session, checked)
    if batch:
        notify(session)
    return [
        Processed(checked.callback, customer_message(checked.callback, checked.order))
        for checked in batch
    ]


async def process_one(desk: Desk, callback_key: str) -> Processed | None:
    """Judge one callback. None when somebody else has judged it or is about to."""
    judged = await desk.writer.write(
        lambda session: process_rows(session, desk.settings.sandbox_on, [callback_key])
    )
    return judged[0] if judged else None


def process_waiting(desk: Desk) -> int:
    """Judge what a process that died had received and not yet judged. Returns how many."""
    number, last = 0, ""
    while keys := _waiting(desk, last):
        number += _judge_or_leave(desk, keys)
        last = keys[-1]
    return number


def _waiting(desk: Desk, last: str) -> Sequence[str]:
    with desk.database.reading() as session:
        return unjudged_keys(session, last, BATCH)


def _judge_or_leave(desk: Desk, keys: Sequence[str]) -> int:
    """Judge together; where that fails, one by one, so that one row cannot hold up the others."""
    try:
        with desk.database.writing() as session:
            return len(process_rows(session, desk.settings.sandbox_on, keys))
    except Exception:
        if len(keys) == 1:
            log.exception("callback %s could not be processed", keys[0])
            return 0
        return sum(_judge_or_leave(desk, [key]) for key in keys)
