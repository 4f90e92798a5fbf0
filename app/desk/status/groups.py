"""Groups: statuses that are treated alike, and where an order stands as far as asking goes.

The protocol's own groups are in `app.protocol.statuses` and handed on here; what an operator's
filter calls a group is in `app.records.orders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from app.protocol.statuses import FAILED, FINAL, OPEN, UNDER_WAY, Status
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source

__all__ = [
    "FAILED",
    "FINAL",
    "OPEN",
    "UNDER_WAY",
    "Claim",
    "Standing",
    "claim_of",
    "is_not_registered",
]


class Standing(StrEnum):
    """What there is to ask the gateway about an order."""

    NEVER_SENT = "never-sent"  # made here; no call of ours can have reached the gateway
    REGISTERED = "registered"  # nothing happens before ExecTran
    WENT_UNKNOWN = "went-unknown"  # EntryTran unanswered, a number freed, or a person's last word
    EXEC_UNANSWERED = "exec-unanswered"  # the customer may be able to pay
    FIRST_MET = "first-met"  # callbacks are all that speaks for it
    UNDER_WAY = "under-way"
    PAID = "paid"
    FAILED = "failed"
    DISPUTED = "disputed"  # sources disagree, and none of them is believed that it is paid


class Claim(NamedTuple):
    """What is held of an order. `since` is when the claim was accepted."""

    status: str
    source: Source | None
    since: datetime | None
    conflict: Conflict | None
    origin: Origin

    @property
    def standing(self) -> Standing:
        """Where the order stands with this claim."""
        if self.status == UNKNOWN:
            return self._unknown()
        if self.status == Status.PAYSUCCESS:
            return Standing.PAID
        if self.conflict:
            return Standing.DISPUTED
        if self.status in UNDER_WAY:
            return Standing.UNDER_WAY
        return Standing.FAILED if self.status in FAILED else Standing.REGISTERED

    def _unknown(self) -> Standing:
        if self.since is None:
            met = self.origin is Origin.CALLBACK
            return Standing.FIRST_MET if met else Standing.NEVER_SENT
        return Standing.EXEC_UNANSWERED if self.source is Source.EXEC else Standing.WENT_UNKNOWN


def claim_of(order: Order, values: Mapping[str, Any]) -> Claim:
    """The claim that an order has once its row gets these values."""
    return Claim(
        values.get("status", order.status),
        values.get("source", order.source),
        values.get("status_at", order.status_at),
        values.get("conflict", order.conflict),
        order.origin,
    )


def is_not_registered(order: Order) -> bool:
    """Whether the gateway has no trade of an order, as far as we know.

    Either no call of ours can have registered it, or a lookup has found none. That the OrderID is
    somebody else's, as a person has settled, is no trade of this order.
    """
    if order.status != UNKNOWN:
        return False
    ours = order.origin is not Origin.CALLBACK
    never_done = ours and order.source is None and order.open_exchange is None
    return never_done or order.source is Source.LOOKUP
