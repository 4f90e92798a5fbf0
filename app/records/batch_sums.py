"""What a batch comes to, counted by the database: each line in exactly one sum."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as several
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.batch_items import IS_ORDER, Span, began_in
from app.records.batches import BatchItem, ItemState


class Sum(NamedTuple):
    """The lines of one verdict and state: how many, how many of them are orders of their own, and
    the yen that each side counts as paid."""

    verdict: str
    state: ItemState
    why: str
    lines: int
    orders: int
    book: int
    here: int
    gateway: int
    screen: int


def sums_of(session: Session, batch_key: str) -> Sequence[Sum]:
    """What a batch comes to: every line in exactly one sum."""
    book = case((col(BatchItem.paid).is_(True), func.coalesce(BatchItem.yen, 0)), else_=0)
    here = case(
        (col(BatchItem.here_status) == Status.PAYSUCCESS, func.coalesce(BatchItem.here_yen, 0)),
        else_=0,
    )
    gateway = case(
        (
            col(BatchItem.gateway_status) == Status.PAYSUCCESS,
            func.coalesce(BatchItem.gateway_yen, 0),
        ),
        else_=0,
    )
    paid_there = col(BatchItem.screen_paid).is_(True)
    screen = case((paid_there, func.coalesce(BatchItem.screen_yen, 0)), else_=0)
    query = (
        several(
            col(BatchItem.verdict),
            col(BatchItem.state),
            col(BatchItem.why),
            func.count(col(BatchItem.id)),
            func.sum(case((IS_ORDER, 1), else_=0)),
            func.sum(book),
            func.sum(here),
            func.sum(gateway),
            func.sum(screen),
        )
        .where(col(BatchItem.batch_key) == batch_key)
        .group_by(col(BatchItem.verdict), col(BatchItem.state), col(BatchItem.why))
    )
    found = session.connection().execute(query)
    return [
        Sum(str(one[0]), ItemState(one[1]), str(one[2]), *(int(n or 0) for n in one[3:]))
        for one in found
    ]


def answered_between(session: Session, batch_key: str) -> tuple[datetime | None, datetime | None]:
    """When the first and the last answer came."""
    when = col(BatchItem.gateway_at)
    query = several(func.min(when), func.max(when)).where(col(BatchItem.batch_key) == batch_key)
    first, last = session.connection().execute(query).one()
    return first, last


class Judged(NamedTuple):
    """What a list came to when it was judged."""

    lines: int
    orders: int
    unknown: int
    too_early: int
    unread: int
    unlisted: int
    problems: Mapping[str, int]


def judged_counts(session: Session, batch_key: str) -> Judged:
    """How many lines of a list are what."""

    def ones(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((which, 1), else_=0))

    query = (
        several(
            col(BatchItem.problem),
            func.count(col(BatchItem.id)),
            ones(col(BatchItem.known).is_(False)),
            ones(col(BatchItem.free_at).is_not(None)),
            ones(col(BatchItem.unread) != ""),
            ones(col(BatchItem.listed).is_(False)),
        )
        .where(col(BatchItem.batch_key) == batch_key)
        .group_by(col(BatchItem.problem))
    )
    rows = session.connection().execute(query)
    found = {str(row[0] or ""): [int(number) for number in row[1:]] for row in rows}
    asked = found.get("", [0] * 5)
    return Judged(
        lines=sum(numbers[0] for numbers in found.values()),
        orders=asked[0],
        unknown=asked[1],
        too_early=asked[2],
        unread=sum(numbers[3] for numbers in found.values()),
        unlisted=sum(numbers[4] for numbers in found.values()),
        problems={problem: numbers[0] for problem, numbers in found.items() if problem},
    )


def number_began(session: Session, batch_key: str, span: Span) -> int:
    """How many disagreements of a batch began then."""
    query = select(func.count()).where(
        BatchItem.batch_key == batch_key, col(BatchItem.began_at).is_not(None), *began_in(span)
    )
    return session.exec(query).one()


class SaidWord(NamedTuple):
    """A status as it stands in a book, as what it was read, and how often."""

    said: str
    paid: bool | None
    times: int


def words_said(session: Session, batch_key: str, limit: int) -> Sequence[SaidWord]:
    """The statuses that stand in a batch's list and in the gateway's beside it, those first that
    are not understood, then the most frequent."""
    found: dict[tuple[str, bool | None], int] = {}
    for said, paid in (
        (col(BatchItem.said), col(BatchItem.paid)),
        (col(BatchItem.screen_said), col(BatchItem.screen_paid)),
    ):
        query = several(said, paid, func.count()).where(
            col(BatchItem.batch_key) == batch_key, said != ""
        )
        query = query.group_by(said, paid).order_by(func.count().desc()).limit(limit)
        for word, means, times in session.connection().execute(query):
            found[(word, means)] = found.get((word, means), 0) + times
    words = [SaidWord(*which, times) for which, times in found.items()]
    return sorted(words, key=lambda one: (one.paid is not None, -one.times, one.said))[:limit]
