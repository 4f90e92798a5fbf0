"""What was documented as paid out, added up by month and means: what accounting asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session

from app.protocol.wire import JST
from app.records.orders import Order
from app.records.refunds import Means, Refund, approved_between
from app.records.shops import Environment

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Month:
    """The refunds of one month in Japan. `first` is its first day; `by_means` in yen."""

    first: date
    refunds: Sequence[tuple[Refund, Order]]
    by_means: Mapping[Means, int]

    @property
    def total(self) -> int:
        """Yen of all means together."""
        return sum(self.by_means.values())


def month_of(session: Session, environment: Environment, first: date) -> Month:
    """One month's refunds."""
    rows = approved_between(session, environment, _midnight(first), _midnight(_after(first)))
    sums = {
        means: sum(refund.amount for refund, _ in rows if refund.means is means) for means in Means
    }
    return Month(first, rows, sums)


def months_until(session: Session, environment: Environment, last: date) -> Sequence[Month]:
    """The last twelve months up to this one, the newest first; those without refunds too."""
    months = []
    for _ in range(MONTHS_SHOWN):
        months.append(month_of(session, environment, last))
        last = _before(last)
    return months


def this_month(at: datetime) -> date:
    """The first day of the month that it is in Japan."""
    return at.astimezone(JST).date().replace(day=1)


def _after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=JST).astimezone(UTC)
