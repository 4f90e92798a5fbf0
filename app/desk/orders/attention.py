"""What needs a person, as the overview, the list of orders and the menu show it.

All of them ask here, so that all of them say the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.desk.actions.disputes import Dispute, conflicts_standing
from app.desk.callbacks.storage_failures import LostCallbacks
from app.desk.status.unproven import quiet_since
from app.records.attention import Kind, kind_of, most_urgent, number_in_attention
from app.records.bursts import Burst, standing_burst
from app.records.case_lists import (
    cases_in_attention,
    kind_of_case,
    number_of_cases_in_attention,
)
from app.records.cases import Case
from app.records.orders import Order
from app.records.shops import Environment
from app.records.unproven_copies import UnprovenCopy, standing_copy

SHOWN = 20
"""How many the overview lists, the most urgent first; the rest is behind its link."""


@dataclass(frozen=True)
class Entry:
    """One order that needs a person, and why."""

    kind: Kind
    order: Order


@dataclass(frozen=True)
class Attention:
    """What needs a person: how many entries there are, and the most urgent of them.

    What was `lost` is one entry, of every environment: nobody knows whose results they were. So is
    a `burst` of refusals that nobody has spoken of, and so is the latest `copy` without proof.
    `cases`: those that something reopened, whose time is over, or whose refund waits for whoever
    looks.
    `disputes`: what names the conflict of those that are in one, by the order's key.
    """

    number: int
    entries: Sequence[Entry]
    lost: LostCallbacks
    burst: Burst | None
    copy: UnprovenCopy | None
    cases: Sequence[tuple[Kind, Case]]
    disputes: Mapping[str, Dispute]


def attention(
    session: Session,
    environment: Environment,
    at: datetime,
    lost: LostCallbacks,
    approver: str | None = None,
) -> Attention:
    """What needs a person in one environment. `approver`: the key of whoever looks and may approve
    refunds there."""
    number = number_of_entries(session, environment, at, lost, approver)
    orders = most_urgent(session, environment, quiet_since(at), SHOWN) if number else ()
    kinds = kinds_of(orders, at)
    entries = [Entry(kinds[order.id], order) for order in orders]
    cases = cases_needing(session, environment, at, approver) if number else ()
    burst, copy = standing_burst(session), standing_copy(session)
    disputes = conflicts_standing(session, orders)
    return Attention(number, entries, lost, burst, copy, cases, disputes)


def number_of_entries(
    session: Session,
    environment: Environment,
    at: datetime,
    lost: LostCallbacks,
    approver: str | None = None,
) -> int:
    """How many entries there are: the one number that every figure shows."""
    orders = number_in_attention(session, environment, quiet_since(at))
    cases = number_of_cases_in_attention(session, environment, at, approver)
    of_no_order = (lost.number, standing_burst(session), standing_copy(session))
    return orders + cases + sum(map(bool, of_no_order))


def cases_needing(
    session: Session, environment: Environment, at: datetime, approver: str | None
) -> Sequence[tuple[Kind, Case]]:
    """The most urgent cases, each with why."""
    cases = cases_in_attention(session, environment, at, SHOWN, approver)
    return [(kind_of_case(case, at), case) for case in cases]


def kinds_of(orders: Iterable[Order], at: datetime) -> Mapping[str, Kind]:
    """Why those of these orders that need a person do, by their keys."""
    kinds = ((order.id, kind_of(order, quiet_since(at))) for order in orders)
    return {key: kind for key, kind in kinds if kind}
