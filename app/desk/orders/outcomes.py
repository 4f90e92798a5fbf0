"""What became of the orders, hour by hour today and day by day, beside the same weekday before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from app.protocol.statuses import Status
from app.protocol.wire import JST
from app.records.order_finding import midnight
from app.records.orders import STATUS_GROUPS
from app.records.shops import Environment
from app.records.statistics import Made, Paid, Unit, counts_made, counts_paid

C = TypeVar("C", Made, Paid)

DAYS = 14
"""How many days are told of, today among them. A choice: two weeks stand beside each other."""

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Slot:
    """One hour or day in Japan (`when`: the hour of today, or the day).

    `paid`, `not_paid`, `waiting` and `unknown` are the orders made then, by what became of them so
    far; `before` are those made in the same slot a week before. `payments` and `yen` are of the
    orders paid then, whenever they were made.
    """

    when: int | date
    paid: int
    not_paid: int
    waiting: int
    unknown: int
    before: int
    payments: int
    yen: int

    @property
    def made(self) -> int:
        """All orders made then."""
        return self.paid + self.not_paid + self.waiting + self.unknown


@dataclass(frozen=True)
class Outcomes:
    """Today by the hour, and the last days."""

    today: date
    hours: Sequence[Slot]
    days: Sequence[Slot]


def outcomes(session: Session, environment: Environment, at: datetime) -> Outcomes:
    """Six queries, each over the days it tells of."""
    today = at.astimezone(JST).date()
    tomorrow = today + timedelta(days=1)
    first = today - timedelta(days=DAYS - 1)

    def made(unit: Unit, since: date, until: date) -> Mapping[str, list[Made]]:
        return _by_slot(counts_made(session, environment, unit, midnight(since), midnight(until)))

    def paid(unit: Unit, since: date) -> Mapping[str, list[Paid]]:
        return _by_slot(
            counts_paid(session, environment, unit, midnight(since), midnight(tomorrow))
        )

    hours = made(Unit.HOUR, today, tomorrow)
    hours_before = made(Unit.HOUR, today - WEEK, tomorrow - WEEK)
    days = made(Unit.DAY, first - WEEK, tomorrow)
    hours_paid, days_paid = paid(Unit.HOUR, today), paid(Unit.DAY, first)
    return Outcomes(
        today,
        [
            _slot(
                hour,
                hours[f"{today} {hour:02}"],
                hours_before[f"{today - WEEK} {hour:02}"],
                hours_paid[f"{today} {hour:02}"],
            )
            for hour in range(24)
        ],
        [
            _slot(day, days[str(day)], days[str(day - WEEK)], days_paid[str(day)])
            for day in (first + timedelta(days=number) for number in range(DAYS))
        ],
    )


def _by_slot(counts: Iterable[C]) -> Mapping[str, list[C]]:
    slots: dict[str, list[C]] = defaultdict(list)
    for count in counts:
        slots[count.when].append(count)
    return slots


def _slot(when: int | date, made: list[Made], before: list[Made], payments: list[Paid]) -> Slot:
    groups: dict[str, str] = {one: name for name, some in STATUS_GROUPS.items() for one in some}
    numbers: dict[str, int] = defaultdict(int)
    for count in made:
        paid = count.status == Status.PAYSUCCESS
        numbers["paid" if paid else groups.get(count.status, "unknown")] += count.orders
    return Slot(
        when,
        paid=numbers["paid"],
        not_paid=numbers["not-paid"],
        waiting=numbers["waiting"],
        unknown=numbers["unknown"],
        before=sum(count.orders for count in before),
        payments=sum(count.orders for count in payments),
        yen=sum(count.yen for count in payments),
    )
