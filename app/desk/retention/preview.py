"""A preview: what the next sweep would drop, without dropping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, func, select

from app.desk.retention.policy import KEPT_OF_AN_ORDER, RetentionPolicy
from app.desk.retention.sweep import bounds_of
from app.records.droppable import (
    CALLBACKS,
    NOTICES,
    SANDBOX_CALLBACKS,
    Kind,
    droppable,
    surplus,
)
from app.records.keys import moment_of

COUNTED = 1_000
"""So many of a kind are counted to be dropped; of more it is said that there are more."""


@dataclass(frozen=True)
class Preview:
    """One kind: how many rows are here and since when, how many of them the next sweep drops (one
    more than COUNTED where there are more), and when the oldest and the newest of those came.
    `of_orders`: of a kind that is counted twice, those that name an order of ours.
    """

    name: str
    of_orders: bool
    held: int
    since: datetime | None
    going: int
    first: datetime | None
    last: datetime | None

    @property
    def more(self) -> bool:
        """Whether more are dropped than are counted here."""
        return self.going > COUNTED


def preview(session: Session, limits: RetentionPolicy) -> list[Preview]:
    """What a sweep would drop now of each kind that anybody can make."""
    kinds = (*CALLBACKS, SANDBOX_CALLBACKS, *NOTICES)
    return [_of_kind(session, kind, limits) for kind in kinds]


def _of_kind(session: Session, kind: Kind, limits: RetentionPolicy) -> Preview:
    rows = kind.keys().subquery()
    held, oldest = session.exec(select(func.count(), func.min(rows.c.id)).select_from(rows)).one()
    # The furthest of the limits is the one that a row passes.
    upto = max(upto for _, upto in bounds_of(session, kind, limits))
    keys = set(droppable(session, kind, "", upto, COUNTED + 1)) if upto else set()
    if upto and kind in CALLBACKS:
        keys |= set(surplus(session, kind, upto, KEPT_OF_AN_ORDER, COUNTED + 1))
    return Preview(
        kind.name,
        kind is NOTICES[-1],
        held,
        moment_of(oldest) if oldest else None,
        min(len(keys), COUNTED + 1),
        moment_of(min(keys)) if keys else None,
        moment_of(max(keys)) if keys else None,
    )
