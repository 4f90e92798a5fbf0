"""How the gateway answered, hour by hour of the last day: how often, how fast, how often not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlmodel import Session

from app.gateway import Detail, Outcome
from app.protocol.wire import JST
from app.records.call_counts import CallCount, calls_between, may_change, still_here
from app.records.exchanges import WAITING
from app.records.shops import Environment

HOURS = 24
HOUR = timedelta(hours=1)

ASKED_BY = timedelta(minutes=1)
"""How long after an hour its last calls are in the table at the latest: a key is made before it is
committed."""

_SPOKEN = (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)
_GIVEN_UP = (Outcome.NO_ANSWER, Detail.INTERRUPTED)


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
    """The hours, oldest first."""

    hours: Sequence[GatewayHour]

    @property
    def asked(self) -> int:
        """All calls that are told of."""
        return sum(hour.asked for hour in self.hours)


@dataclass(frozen=True)
class _Over:
    """An hour that nothing can change any more but the deletion of its calls, of which `oldest` is
    one: they go together."""

    hour: GatewayHour
    oldest: str


class GatewayHours:
    """Counts the calls of the last day, and remembers what is over: most of it is asked once."""

    def __init__(self) -> None:
        self._over: dict[tuple[Environment, datetime], _Over] = {}

    def day(self, session: Session, environment: Environment, at: datetime) -> GatewayDay:
        """The last 24 hours, the one that is going on among them."""
        this_hour = at.replace(minute=0, second=0, microsecond=0)
        hours = [this_hour - number * HOUR for number in reversed(range(HOURS))]
        known = {since: self._over.get((environment, since)) for since in hours}
        here = still_here(session, {one.oldest for one in known.values() if one})
        for key in [key for key in self._over if key[1] < hours[0]]:
            self._over.pop(key, None)
        return GatewayDay(
            [
                one.hour
                if (one := known[since]) and one.oldest in here
                else self._counted(session, environment, since, at)
                for since in hours
            ]
        )

    def _counted(
        self, session: Session, environment: Environment, since: datetime, at: datetime
    ) -> GatewayHour:
        span = (session, environment, since, since + HOUR)
        # Asked before it is counted: what is answered in between is counted anew the next time.
        is_over = at > since + HOUR + ASKED_BY and not may_change(*span, _GIVEN_UP)
        counts = calls_between(*span)
        hour = _hour(since, counts)
        if is_over and counts:
            oldest = min(one.oldest for one in counts)
            self._over[environment, since] = _Over(hour, oldest)
        return hour


def _hour(since: datetime, counts: Sequence[CallCount]) -> GatewayHour:
    answered = sum(one.calls for one in counts if one.outcome == Outcome.ANSWERED)
    refused = sum(one.calls for one in counts if one.outcome == Outcome.PROTOCOL_ERROR)
    ended = sum(one.calls for one in counts if one.outcome != WAITING)
    times = [one for one in counts if one.outcome in _SPOKEN and one.duration_ms is not None]
    return GatewayHour(
        since,
        answered,
        refused,
        ended - answered - refused,
        _percentile(times, 50),
        _percentile(times, 95),
    )


def _percentile(times: Iterable[CallCount], share: int) -> int | None:
    """The least duration that `share` percent of the calls do not exceed; None of none."""
    rising = sorted((one.duration_ms or 0, one.calls) for one in times)
    enough = ceil(sum(calls for _, calls in rising) * share / 100)
    so_far = 0
    for duration, calls in rising:
        so_far += calls
        if so_far >= enough:
            return duration
    return None
