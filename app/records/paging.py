"""Pages of a list by key: newest first, and no page gets slower the further back it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Place:
    """Where a page lies: `before` a key (older), `after` one (newer), or at the newest end."""

    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, newest first, and whether there are more on either side."""

    rows: Sequence[Row]
    newer: bool
    older: bool


def page_of(
    session: Session,
    query: SelectOfScalar[Row],
    key: InstrumentedAttribute[str] | Any,
    place: Place,
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """One page of `query` by its time-sorted `key`. One more row than shown tells what follows."""
    if place.after:
        rising = session.exec(query.where(key > place.after).order_by(key).limit(size + 1)).all()
        return Page(rising[:size][::-1], newer=len(rising) > size, older=True)
    if place.before:
        query = query.where(key < place.before)
    falling = session.exec(query.order_by(key.desc()).limit(size + 1)).all()
    return Page(falling[:size], newer=bool(place.before), older=len(falling) > size)


@dataclass(frozen=True)
class Sorting:
    """By what a list is sorted: `by`, where it is given, and then a `key` that no two rows share.

    Rows without a value to sort by come last, whichever way the others go.
    """

    key: Any
    by: Any = None
    falling: bool = True

    def parts(
        self, start: "Start | None", *, backwards: bool
    ) -> Sequence[tuple[Sequence[ColumnElement[bool]], Sequence[Any]]]:
        """One after another: the rows with a value and those without, beyond `start`, and by what
        each is ordered. Asked for together, with those without last, PostgreSQL sorts them all: its
        indexes have them at the other end."""
        falling = self.falling is not backwards
        key = self.key.desc() if falling else self.key.asc()
        beyond = [] if start is None else [_past(self.key, start.key, falling=falling)]
        if self.by is None:
            return [(beyond, [key])]
        order = [self.by.desc() if falling else self.by.asc(), key]
        if start is None or start.by is None:
            valued, beside = [self.by.is_not(None)], [self.by.is_(None), *beyond]
        else:
            tied = and_(self.by == start.by, *beyond)
            valued = [self.by.is_not(None), or_(_past(self.by, start.by, falling=falling), tied)]
            beside = [self.by.is_(None)]
        is_in_blank = start is not None and start.by is None
        both = [(valued, order), (beside, [key])]
        if not self.by.nullable:
            return both[:1]
        if backwards:
            return both[::-1] if is_in_blank else both[:1]
        return both[1:] if is_in_blank else both


def _past(column: Any, value: Any, *, falling: bool) -> ColumnElement[bool]:
    past: ColumnElement[bool] = column < value if falling else column > value
    return past


@dataclass(frozen=True)
class Start:
    """The values of the row beside which a page begins."""

    key: Any
    by: Any = None


def page_sorted(
    session: Session,
    query: SelectOfScalar[Row],
    sorting: Sorting,
    start: Start | None,
    *,
    backwards: bool,
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """One page of `query` in this order: after `start`, or before it when read backwards."""
    rows: list[Row] = []
    for conditions, order in sorting.parts(start, backwards=backwards):
        if len(rows) <= size:
            some = query.where(*conditions).order_by(*order).limit(size + 1 - len(rows))
            rows += session.exec(some).all()
    more = len(rows) > size
    if backwards:
        return Page(rows[:size][::-1], newer=more, older=True)
    return Page(rows[:size], newer=start is not None, older=more)
