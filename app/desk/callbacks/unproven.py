"""Results that prove nothing are counted on the open orders they name (`status.unproven`).

One update an order for all of a batch, and nothing is read of it: a flood at one order costs no
more than its judging does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from app.desk.callbacks.verification import CheckedCallback
from app.protocol.fields import ORDER_ID
from app.records.callbacks import Callback, write_judged
from app.records.orders import Order
from app.records.unproven import Came, count_unproven, open_orders_numbered


def count_on_orders(session: Session, batch: Iterable[CheckedCallback]) -> None:
    """Count those of a batch that are not verified; each has been applied."""
    unproven = [checked for checked in batch if not checked.verified]
    if not unproven:
        return
    elsewhere = _elsewhere(session, [checked for checked in unproven if checked.order is None])
    came: dict[str, list[datetime]] = defaultdict(list)
    given: list[Callback] = []
    for checked in unproven:
        named = [checked.order] if checked.order else elsewhere.get(checked.order_id, ())
        if named and checked.order is None:
            # Shown on that order's page, and leads there from its own.
            checked.callback.order_key = named[0].id
            given.append(checked.callback)
        for order in named:
            came[order.id].append(checked.callback.received_at)
    write_judged(session, given)
    count_unproven(session, [Came(key, len(at), max(at)) for key, at in sorted(came.items())])


def _elsewhere(
    session: Session, strangers: Sequence[CheckedCallback]
) -> Mapping[str, Sequence[Order]]:
    """The open orders with these OrderIDs, whatever shop the callbacks name; the newest first."""
    numbers = {one.order_id for one in strangers if not ORDER_ID.problems(one.order_id)}
    found: dict[str, list[Order]] = defaultdict(list)
    for order in open_orders_numbered(session, numbers) if numbers else ():
        found[order.order_id].append(order)
    return found
