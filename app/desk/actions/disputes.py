"""Disputes: what a report says against an order's claim, told by what raised it.

A conflict has one kind, but many ways to come about: by a callback or a lookup, that says paid or
not, with our amount or another. Whoever puts a conflict into words asks here which it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from app.desk.status.call_results import found_by
from app.protocol.statuses import Status
from app.records.changes import Change, Effect, conflicts_of
from app.records.exchanges import Exchange, exchanges_by_key
from app.records.orders import UNKNOWN, Conflict, Order, Source


class Compared(StrEnum):
    """How a lookup's Amount and Tax stand to what we sent."""

    SAME = "same"
    OTHER = "other"
    NOT_YEN = "not-yen"  # the same figures in another currency
    NONE = "none"  # nothing to compare


@dataclass(frozen=True)
class Dispute:
    """One report against a claim. `held` is the status then, `said` what the report calls it:
    UNKNOWN where a lookup found no such order. Amounts are in yen, None where it named none.
    `another`: we hold a trade, and of a foreign one the lookup found it in its place.
    """

    conflict: Conflict
    source: Source
    held: str
    said: str
    figures: Compared = Compared.NONE
    another: bool = False
    amount: int | None = None
    tax: int | None = None
    at: datetime | None = None
    callback_key: str | None = None
    exchange_key: str | None = None

    @property
    def missing(self) -> bool:
        """Whether it says that the gateway has no such order."""
        return self.said == UNKNOWN

    @property
    def says_paid(self) -> bool:
        """Whether it calls the order paid."""
        return self.said == Status.PAYSUCCESS

    @property
    def held_paid(self) -> bool:
        """Whether the order was held to be paid."""
        return self.held == Status.PAYSUCCESS


def figures_of(order: Order, lookup: Exchange | None) -> Compared:
    """How the figures of a lookup, read with its bodies, stand to those of the order."""
    found = found_by(lookup) if lookup else None
    if found is None or order.amount is None:
        return Compared.NONE
    if (found.Amount, found.Tax) != (order.amount, order.tax or 0):
        return Compared.OTHER
    return Compared.SAME if found.in_yen else Compared.NOT_YEN


def _is_another(order: Order, change: Change, lookup: Exchange | None) -> bool:
    found = found_by(lookup) if lookup else None
    if found is None or order.access_id is None:
        return False
    # The trade that was held then, unless that has been given up for this one since.
    return change.from_status != UNKNOWN or found.AccessID != order.access_id


def dispute_of(order: Order, change: Change, lookup: Exchange | None) -> Dispute:
    """What a change of the kind CONFLICT tells; `lookup` is the one that raised it, if one did."""
    assert change.conflict is not None, "a conflict is of some kind"
    return Dispute(
        conflict=change.conflict,
        source=change.source or Source.LOOKUP,
        held=change.from_status,
        said=change.to_status,
        figures=figures_of(order, lookup),
        another=_is_another(order, change, lookup),
        amount=lookup.said_amount if lookup else None,
        tax=lookup.said_tax if lookup else None,
        at=change.said_at or change.recorded_at,
        callback_key=change.callback_key,
        exchange_key=change.exchange_key,
    )


def most_telling(disputes: Sequence[Dispute]) -> Dispute | None:
    """The one that names a conflict: the latest that says paid, else the one that raised it."""
    paid = [dispute for dispute in disputes if dispute.says_paid]
    return paid[-1] if paid else next(iter(disputes), None)


def disputes_by_change(
    order: Order, changes: Iterable[Change], exchanges: Iterable[Exchange]
) -> Mapping[str, Dispute]:
    """What each conflict of an order was about, and each settlement, by the key of its change.

    Changes come oldest first, exchanges with their answers.
    """
    lookups = {exchange.id: exchange for exchange in exchanges}
    found: dict[str, Dispute] = {}
    standing: list[Dispute] = []
    for change in changes:
        if change.effect is Effect.CONFLICT:
            found[change.id] = dispute_of(order, change, lookups.get(change.exchange_key or ""))
            standing.append(found[change.id])
        elif change.effect in (Effect.SETTLED, Effect.CONFIRMED):
            settled = most_telling(standing)
            if settled and change.effect is Effect.SETTLED:
                found[change.id] = settled
            standing = []
    return found


def standing_disputes(
    order: Order, changes: Iterable[Change], by_change: Mapping[str, Dispute]
) -> list[Dispute]:
    """What speaks against an order's claim in the conflict that stands, oldest first."""
    since = order.conflict_at
    if order.conflict is None or since is None:
        return []
    raised = (one for one in changes if one.effect is Effect.CONFLICT and one.recorded_at >= since)
    return [by_change[change.id] for change in raised if change.id in by_change]


def conflicts_standing(session: Session, orders: Iterable[Order]) -> Mapping[str, Dispute]:
    """What names the conflict of each of these orders that is in one, by the order's key."""
    disputed = {order.id: order for order in orders if order.conflict}
    changes = conflicts_of(session, disputed)
    lookups = exchanges_by_key(session, {one.exchange_key for one in changes if one.exchange_key})
    found = {}
    for key, order in disputed.items():
        own = [change for change in changes if change.order_key == key]
        by_change = disputes_by_change(order, own, lookups)
        telling = most_telling(standing_disputes(order, own, by_change))
        if telling:
            found[key] = telling
    return found
