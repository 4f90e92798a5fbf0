"""What an operator reads first: today in figures, and how the gateway does.

A fixed number of queries whatever the number of rows, each bounded by a day or by a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlmodel import Session

from app.gateway import Outcome
from app.protocol.statuses import Status
from app.protocol.wire import JST
from app.records import statistics
from app.records.exchanges import WAITING, outcomes_since
from app.records.orders import STATUS_GROUPS
from app.records.shops import Environment

RECENT = timedelta(hours=24)
SAMPLE = 1000
"""The most calls the gateway's health is computed from."""

_ANSWERS = (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)


@dataclass(frozen=True)
class Sum:
    """A number of orders and their Amount + Tax in yen."""

    orders: int
    yen: int


@dataclass(frozen=True)
class Today:
    """The orders made since midnight in Japan. `reported` is in no total: it is not proven.

    `paid` are those that were paid since then, whenever they were made, reported or confirmed.
    """

    created: int
    confirmed: Sum
    reported: Sum
    not_paid: int
    waiting: int
    paid: Sum


@dataclass(frozen=True)
class Health:
    """How the gateway answered of late. Times in ms; None where nothing was answered.

    `refused` are answers that are protocol errors, `failed` calls without a usable answer.
    `capped`: there were more calls than SAMPLE, and these are the newest.
    """

    asked: int
    refused: int
    failed: int
    p50_ms: int | None
    p95_ms: int | None
    last_answer_at: datetime | None
    capped: bool


def midnight(at: datetime) -> datetime:
    """The beginning of this day in Japan, in UTC."""
    return at.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def today(session: Session, environment: Environment, at: datetime) -> Today:
    """The figures of the day so far."""
    tallies = statistics.tallies(session, environment, midnight(at))
    paid = [tally for tally in tallies if tally.status == Status.PAYSUCCESS]
    day = (midnight(at), midnight(at) + timedelta(days=1))
    payments = statistics.counts_paid(session, environment, statistics.Unit.DAY, *day)
    counts = {group: _orders(tallies, group) for group in STATUS_GROUPS}
    return Today(
        created=sum(tally.orders for tally in tallies),
        confirmed=_sum(tally for tally in paid if tally.confirmed),
        reported=_sum(tally for tally in paid if not tally.confirmed),
        not_paid=counts["not-paid"],
        waiting=counts["waiting"],
        paid=Sum(sum(one.orders for one in payments), sum(one.yen for one in payments)),
    )


def health(session: Session, environment: Environment, at: datetime) -> Health:
    """How the gateway answered in the last 24 hours."""
    calls = outcomes_since(session, environment, at - RECENT, SAMPLE)
    answers = [call for call in calls if call[0] in _ANSWERS]
    durations = sorted(duration for _, duration, _ in answers if duration is not None)
    waiting = sum(outcome == WAITING for outcome, _, _ in calls)
    return Health(
        asked=len(calls),
        refused=sum(outcome == Outcome.PROTOCOL_ERROR for outcome, _, _ in answers),
        failed=len(calls) - len(answers) - waiting,
        p50_ms=percentile(durations, 50),
        p95_ms=percentile(durations, 95),
        last_answer_at=max((at for _, _, at in answers if at), default=None),
        capped=len(calls) == SAMPLE,
    )


def percentile(rising: Sequence[int], share: int) -> int | None:
    """The least value that `share` percent of the values do not exceed; None of none."""
    return rising[ceil(len(rising) * share / 100) - 1] if rising else None


def _orders(tallies: Iterable[statistics.Tally], group: str) -> int:
    return sum(tally.orders for tally in tallies if tally.status in STATUS_GROUPS[group])


def _sum(tallies: Iterable[statistics.Tally]) -> Sum:
    rows = list(tallies)
    return Sum(sum(row.orders for row in rows), sum(row.yen for row in rows))
