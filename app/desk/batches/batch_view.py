"""What the page of a batch shows: how far it is, and what it comes to on each side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.clock import now
from app.desk.batches.ages import Age, began
from app.desk.batches.screen import Screen
from app.desk.batches.verdicts import DISAGREE, Verdict
from app.desk.books.columns import Columns
from app.records.batch_sums import (
    Judged,
    Sum,
    answered_between,
    judged_counts,
    number_began,
    sums_of,
)
from app.records.batches import Batch, BatchState, ItemState

BROKEN_OFF_AFTER = timedelta(seconds=30)
"""How long a list that is being judged may say nothing before its process is taken for dead."""


@dataclass(frozen=True)
class Side:
    """The lines of one verdict: how many, and the yen that each side counts as paid in them."""

    lines: int = 0
    book: int = 0
    here: int = 0
    gateway: int = 0
    screen: int = 0

    @property
    def difference(self) -> int:
        """The book's yen less the gateway's."""
        return self.book - self.gateway

    def plus(self, one: Sum) -> Side:
        """With these lines besides."""
        return Side(
            self.lines + one.lines,
            self.book + one.book,
            self.here + one.here,
            self.gateway + one.gateway,
            self.screen + one.screen,
        )


@dataclass(frozen=True)
class BatchView:
    """A batch as it is now. `total` and `done` count its orders, each number once; `sides` every
    line by its verdict, `whole` all of them. `causes`: the lines that make the book's yen and the
    gateway's differ, by their sentence: their differences add up to the whole one. `ages`: how many
    disagreements are how old. `screen`: what the gateway's own list was read as. `asked`: between
    which moments the gateway answered.
    """

    batch: Batch
    columns: Columns
    first: Sequence[str]
    judged: Judged
    total: int
    done: int
    asking: int
    sides: dict[Verdict, Side]
    orders: dict[Verdict, int]
    whole: Side
    asked: tuple[datetime | None, datetime | None]
    causes: Mapping[str, Side]
    ages: Mapping[Age, int]
    screen: Screen | None

    @property
    def is_judged(self) -> bool:
        """Whether it has been read to its end."""
        return self.batch.judged_at is not None

    @property
    def is_broken_off(self) -> bool:
        """Whether the process that read it has ended."""
        return not self.is_judged and self.batch.at < now() - BROKEN_OFF_AFTER

    @property
    def left_out(self) -> int:
        """How many lines are never asked about."""
        return sum(self.judged.problems.values())

    @property
    def askable(self) -> int:
        """How many orders can be asked about without a further reason, as it was judged."""
        return self.total - self.judged.too_early

    @property
    def resting(self) -> bool:
        """Whether it waits because the gateway has refused for now."""
        return self.batch.rest_until is not None and self.batch.rest_until > now()

    @property
    def disagreements(self) -> int:
        """How many orders the sides do not agree on."""
        return sum(self.orders[verdict] for verdict in DISAGREE)

    @property
    def is_live(self) -> bool:
        """Whether it changes by itself."""
        if self.batch.state is BatchState.CHECKING:
            return not self.is_judged and not self.is_broken_off
        return self.batch.state is BatchState.RUNNING or self.asking > 0

    @property
    def has_amounts(self) -> bool:
        """Whether the book says amounts."""
        return self.columns.amount is not None

    @property
    def a_minute(self) -> float:
        """How many orders are done in a minute; 0 where that cannot be told yet."""
        begun = self.batch.started_at
        taken = (now() - begun).total_seconds() if begun else 0
        return self.done * 60 / taken if taken > 0 else 0

    @property
    def seconds_left(self) -> int | None:
        """How long it takes yet, as it goes now."""
        return round((self.total - self.done) * 60 / self.a_minute) if self.a_minute else None


def batch_view(session: Session, batch: Batch) -> BatchView:
    """A batch and its sums."""
    sums = sums_of(session, batch.id)
    at = now()
    columns = Columns.from_json(batch.columns) if batch.judged_at else Columns(0)
    open_ones = (ItemState.WAITING, ItemState.ASKING)
    return BatchView(
        batch,
        columns,
        json.loads(batch.first_line),
        judged_counts(session, batch.id),
        total=sum(one.orders for one in sums),
        done=sum(one.orders for one in sums if one.state not in open_ones),
        asking=sum(one.orders for one in sums if one.state is ItemState.ASKING),
        sides={
            verdict: _side(one for one in sums if one.verdict == verdict) for verdict in Verdict
        },
        orders={each: sum(one.orders for one in sums if one.verdict == each) for each in Verdict},
        whole=_side(sums),
        asked=answered_between(session, batch.id),
        causes=_causes(sums),
        ages={age: number_began(session, batch.id, began(age, at)) for age in Age},
        screen=Screen.from_json(batch.screen_facts) if batch.screen_facts else None,
    )


def _causes(sums: Iterable[Sum]) -> Mapping[str, Side]:
    by_sentence: dict[str, Side] = {}
    for one in sums:
        by_sentence[one.why] = by_sentence.get(one.why, Side()).plus(one)
    differing = [(why, side) for why, side in by_sentence.items() if side.difference]
    return dict(sorted(differing, key=lambda cause: -abs(cause[1].difference)))


def _side(sums: Iterable[Sum]) -> Side:
    side = Side()
    for one in sums:
        side = side.plus(one)
    return side
