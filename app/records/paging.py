"""Pages of a list by key: newest first, and no page gets slower the further back it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

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
