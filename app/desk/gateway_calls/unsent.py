"""Unsent calls: written down to be sent, then held back. Nothing was asked, and none is left."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from app.desk.status.updates import lookup_not_sent
from app.records.exchange_groups import take_back
from app.records.exchanges import Exchange
from app.records.orders import locked_order
from app.records.shops import confirmation_of


def forget_unsent(session: Session, lookups: Sequence[Exchange]) -> None:
    """Take back lookups that certainly never left, so that their orders can be asked about."""
    take_back(session, [lookup.id for lookup in lookups])
    for lookup in sorted(lookups, key=lambda one: one.order_key or ""):
        order = locked_order(session, lookup.order_key) if lookup.order_key else None
        if order is not None and order.open_exchange == lookup.id:
            order.open_exchange = None
            lookup_not_sent(session, order, confirmation_of(session, lookup.shop_key))
