"""Processing: stored callbacks are verified and applied, many in one short transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from app.desk.callbacks.apply import apply_all, find_orders
from app.desk.callbacks.customer_message import CustomerMessage, customer_message
from app.desk.callbacks.late import forget_late
from app.desk.callbacks.unproven import count_on_orders
from app.desk.callbacks.verification import read_and_verify, write_verdict
from app.records.callbacks import Callback, locked_unprocessed, originals
from app.records.pubsub import notify
from app.records.shops import OurShops


@dataclass(frozen=True)
class Processed:
    """A callback that has been verified and applied, and what its customer may read."""

    callback: Callback
    message: CustomerMessage


def process_rows(session: Session, ours: OurShops, keys: Sequence[str]) -> list[Processed]:
    """Verify those of these callbacks that are still waiting, and apply what is believed."""
    callbacks = locked_unprocessed(session, keys)
    batch = read_and_verify(session, ours, callbacks)
    find_orders(session, batch)
    for callback in callbacks:
        callback.digest = sha256(callback.body).hexdigest()
    # Only now: of two processes with the same bytes, the second has waited for the orders' locks.
    copies = originals(session, callbacks)
    for checked in batch:
        checked.callback.copy_of = copies.get(checked.callback.id)
        write_verdict(checked)
    apply_all(session, batch)
    count_on_orders(session, batch)
    forget_late(session, batch)
    if batch:
        notify(session)
    return [
        Processed(
            checked.callback,
            customer_message(checked.callback, checked.order, doubted=checked.doubted),
        )
        for checked in batch
    ]
