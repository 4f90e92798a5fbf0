"""How the gateway answered, hour by hour of the last day: how often, how fast, how often not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.desk.orders.overview import percentile
from app.gateway import Outcome
from app.protocol.wire import JST
from app.records.exchanges import WAITING, calls_since
from app.records.shops import Environment

HOURS = 24
CALLS_READ = 20_000
"""The most calls that are told of, the newest. A choice: five a second for an hour."""


@dataclass(frozen=True)
class GatewayHour:
    """The calls asked in one hour, which begins at `since`. Times in ms, None where none answered.

    `answered`: in the protocol's terms, without an error; `refused`: with one; `failed`: without a
    usable answer. `p50` and `p95` are of those answered or refused.
    """

    since: datetime
    answered: int = 0
    refused: int = 0
    failed: int = 0
    p50: int | None = None
    p95: int | None = None

    @property
    def in_japan(self) -> datetime:
        """When it begins, by the clock in Japan."""
        return self.since.astimezone(JST)

    @property
    def asked(self) -> int:
        """All calls of the hour whose end is known."""
        return self.answered + self.refused + self.failed


@dataclass(frozen=True)
class GatewayDay:
    """The hours, oldest first. `capped`: there were more calls than are told of."""

    hours: Sequence[GatewayHour]
    capped: bool

    @property
    def asked(self) -> int:
        """All calls that are told of."""
        return sum(hour.asked for hour in self.hours)


def gateway_day(session: Session, environment: Environment, at: datetime) -> GatewayDay:
    """The last 24 hours, the one that is going on among them."""
    this_hour = at.replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=HOURS - 1)
    calls = calls_since(session, environment, first, CALLS_READ)
    by_hour: dict[datetime, list[tuple[str, int | None]]] = defaultdict(list)
    for asked_at, outcome, duration in calls:
        if outcome != WAITING:
            hour = asked_at.replace(minute=0, second=0, microsecond=0)
            by_hour[hour].append((outcome, duration))
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    return GatewayDay(
        [_hour(hour, by_hour[hour]) for hour in hours], capped=len(calls) == CALLS_READ
    )


def _hour(since: datetime, calls: Sequence[tuple[str, int | None]]) -> GatewayHour:
    answered = sum(outcome == Outcome.ANSWERED for outcome, _ in calls)
    refused = sum(outcome == Outcome.PROTOCOL_ERROR for outcome, _ in calls)
    spoken = (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)
    times = sorted(ms for outcome, ms in calls if outcome in spoken and ms is not None)
    return GatewayHour(
        since,
        answered,
        refused,
        len(calls) - answered - refused,
        percentile(times, 50),
        percentile(times, 95),
    )
