"""Results that prove nothing: a reason to ask the gateway about the order they name, never more.

Who brings one need not be who was paid, so it moves nothing. It stands on its order's row (a
number, the time of the last) until somebody has spoken of it: a lookup asked after it came, with
its answer, or a person who says why not to ask. Whatever comes within an interval of that word
waits for the interval's end, so that nobody outside can have us ask more often than we may.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from app.desk.status.schedule import LOOKUP_INTERVAL
from app.records.attention import waits_for_word
from app.records.orders import Order


class Unproven(NamedTuple):
    """What has named an order and proves nothing, while nobody has spoken of it.

    `number` is how many ever came, `last_at` when the last did; from `ask_from` on a person is to
    ask about them.
    """

    number: int
    last_at: datetime
    ask_from: datetime


def quiet_since(at: datetime) -> datetime:
    """Orders that somebody has spoken of since then are left in peace."""
    return at - LOOKUP_INTERVAL


def unproven_of(order: Order) -> Unproven | None:
    """What waits for a word about this order; None: nothing does."""
    if not waits_for_word(order) or order.unproven_at is None:
        return None
    spoken = order.spoken_at
    ask_from = spoken + LOOKUP_INTERVAL if spoken else order.unproven_at
    return Unproven(order.unproven_results, order.unproven_at, ask_from)


def is_to_be_asked(order: Order, at: datetime) -> bool:
    """Whether a person is to ask the gateway, because of what came and proves nothing."""
    unproven = unproven_of(order)
    return unproven is not None and unproven.ask_from <= at


def speak(order: Order, at: datetime) -> None:
    """There is a word about all that came up to then: it needs nobody any more."""
    order.spoken_at = spoken_at(order, at)


def spoken_at(order: Order, at: datetime) -> datetime:
    """Up to when there is a word about what came, now that there is one of this time."""
    return max(order.spoken_at or at, at)
