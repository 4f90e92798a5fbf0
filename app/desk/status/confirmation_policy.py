"""Policy: a shop confirms reported payments at another time from now on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from app.clock import now
from app.desk.status.schedule import KEEP_ASKING
from app.desk.status.snapshot import reported_since
from app.desk.status.updates import apply_policy
from app.protocol.messages import Call
from app.records.database import Database
from app.records.due import reported_orders
from app.records.exchanges import history_of
from app.records.orders import Order, locked_order
from app.records.shops import Confirmation, confirmation_of

BATCH = 100
"""Orders scheduled in one transaction: callbacks do not stand behind all that wait."""


def follow_policy(database: Database, shop_key: str, *, batch: int = BATCH) -> None:
    """Schedule by the shop's present policy whatever was reported of its orders and waits."""
    last = ""
    while keys := _follow(database, shop_key, last, batch):
        last = keys[-1]


def _follow(database: Database, shop_key: str, last: str, batch: int) -> Sequence[str]:
    with database.writing() as session:
        policy = confirmation_of(session, shop_key)
        keys = reported_orders(session, shop_key, last, now() - KEEP_ASKING, limit=batch)
        for key in keys:
            if order := locked_order(session, key):
                schedule_waiting(session, order, policy)
    return keys


def schedule_waiting(session: Session, order: Order, policy: Confirmation) -> None:
    """Schedule by this policy what was reported of an order and waits, if anything does."""
    past = history_of(session, order.id)
    since = reported_since(session, order, past)
    if since is None and order.lookup_due_at is None:
        return
    lookups = (exchange.asked_at for exchange in reversed(past) if exchange.call is Call.SEARCH)
    # One from before the report was no question about it.
    asked_at = next((at for at in lookups if since is None or at >= since), None)
    # What only a notification has made due is taken as said now.
    apply_policy(order, since or now(), asked_at, policy)
