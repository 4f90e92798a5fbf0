"""Believing: what is held of a trade once a person believes what a lookup said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.protocol.messages import SearchAnswer
from app.records.orders import Order, Origin

NO_TRADE: Mapping[str, None] = dict.fromkeys(("access_id", "access_pass", "token", "start_url"))
"""The gateway has no such trade: what it once said of one must not be held against the next."""


def is_in_our_amount(order: Order, found: SearchAnswer) -> bool:
    """Whether Amount and Tax are yen, and each what we sent."""
    return found.in_yen and (found.Amount, found.Tax) == (order.amount, order.tax or 0)


def trade_of(order: Order, found: SearchAnswer | None) -> dict[str, Any]:
    """What changes of the trade we hold, where the gateway has none or another one.

    Another one is ours to execute when it is over what we sent; its Token, if there is one, is
    with whoever executed it.
    """
    if found and found.AccessID == order.access_id:
        return {}
    values: dict[str, Any] = {"executed_at": None, **NO_TRADE}
    if found and order.origin is not Origin.CREATED:
        values["access_id"] = found.AccessID
    elif found and is_in_our_amount(order, found):
        values |= {"access_id": found.AccessID, "access_pass": found.AccessPass}
    return values
