"""Pages of a list by key: newest first, and no page gets slower the further back it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, or_
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

    def terms(self, *, backwards: bool) -> list[Any]:
        """What stands behind ORDER BY."""
        falling = self.falling is not backwards
        key = self.key.desc() if falling else self.key.asc()
        if self.by is None:
            return [key]
        by = self.by.desc() if falling else self.by.asc()
        if self.by.nullable:
            by = by.nulls_first() if backwards else by.nulls_last()
        return [by, key]

    def beyond(self, start: "Start", *, backwards: bool) -> ColumnElement[bool]:
        """Whether a row comes after the one with these values; or before it, read backwards."""
        falling = self.falling is not backwards
        further: ColumnElement[bool] = self.key < start.key if falling else self.key > start.key
        if self.by is None:
            return further
        if start.by is None:
            unsorted = self.by.is_(None) & further
            return or_(unsorted, self.by.is_not(None)) if backwards else unsorted
        past = self.by < start.by if falling else self.by > start.by
        tied = (self.by == start.by) & further
        return or_(past, tied) if backwards else or_(past, tied, self.by.is_(None))


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
    if start is not None:
        query = query.where(sorting.beyond(start, backwards=backwards))
    ordered = query.order_by(*sorting.terms(backwards=backwards)).limit(size + 1)
    rows = session.exec(ordered).all()
    more = len(rows) > size
    if backwards:
        return Page(rows[:size][::-1], newer=more, older=True)
    return Page(rows[:size], newer=start is not None, older=more)
