"""Lists of callbacks: one environment's, with those that belong to none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.callbacks import RANKS, Callback, awaits_judgement
from app.records.columns import begins_with
from app.records.keys import first_key
from app.records.paging import PAGE_SIZE, Page, Place, page_of
from app.records.shops import Environment

FEW = 1_000
"""How many callbacks are found by the index of their numbers; where more are named so, a list comes
upon them soon enough."""

NOT_JUDGED = "not-judged"
"""In the place of a verdict: those that have none, be it yet or because none could be given."""


@dataclass(frozen=True)
class CallbackFilter:
    """Which callbacks a list shows.

    `text` is the beginning of an OrderID. Copies of the same bytes are folded into the first of
    them, unless `copy_of` asks for all the copies of that one. `received_from` and `received_to`
    bound the time of arrival; the second is no longer in it.
    """

    environment: Environment
    text: str = ""
    verdict: str = ""
    copy_of: str = ""
    received_from: datetime | None = None
    received_to: datetime | None = None


def callbacks_page(
    session: Session, wanted: CallbackFilter, place: Place, size: int = PAGE_SIZE
) -> Page[Callback]:
    """One page of the callbacks wanted, newest first, without their bodies."""
    # Ranges of an index, merged: a database would read both wholly to sort them.
    ranges = _ranges(wanted, _few_named(session, wanted.text))
    pages = [page_of(session, query, col(Callback.id), place, size) for query in ranges]
    return _merged(pages, place, size)


def copies_of(session: Session, keys: Iterable[str]) -> Mapping[str, int]:
    """How many copies came after each of these callbacks; those without any are left out."""
    number = func.count(col(Callback.id))
    query = select(Callback.copy_of, number).where(col(Callback.copy_of).in_(list(keys)))
    rows = session.exec(query.group_by(col(Callback.copy_of)))
    return {key: count for key, count in rows if key is not None}


def tags_of_orders(session: Session, order_keys: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The tags that the callbacks of these orders bear, each once, by the order's key."""
    query = select(Callback.order_key, Callback.tags).where(
        col(Callback.order_key).in_(order_keys), Callback.tags != ""
    )
    found: dict[str, dict[str, None]] = {}
    for key, tags in session.exec(query.distinct()) if order_keys else ():
        found.setdefault(key or "", {}).update(dict.fromkeys(tags.split()))
    return {key: sorted(tags) for key, tags in found.items()}


def number_of_callbacks(session: Session, wanted: CallbackFilter, limit: int) -> int:
    """How many callbacks a list has, copies folded; counted up to `limit`."""
    number = 0
    for query in _ranges(wanted, _few_named(session, wanted.text)):
        keys = query.with_only_columns(col(Callback.id)).limit(limit)
        number += session.exec(select(func.count()).select_from(keys.subquery())).one()
    return min(number, limit)


def _few_named(session: Session, text: str) -> Sequence[str] | None:
    """The keys of those whose OrderID begins so; None where they are many, or none is asked for."""
    if not text:
        return None
    keys = select(Callback.id).where(begins_with(Callback.order_id, text)).limit(FEW + 1)
    found = session.exec(keys).all()
    return found if len(found) <= FEW else None


def _ranges(
    wanted: CallbackFilter, named: Sequence[str] | None
) -> Sequence[SelectOfScalar[Callback]]:
    some = _some(wanted, named)
    if wanted.verdict == NOT_JUDGED:
        # Of every environment: nobody knows to which they belong.
        kinds = (col(Callback.set_aside_at).is_not(None), *map(awaits_judgement, RANKS))
        return [some.where(kind) for kind in kinds]
    return [_of_list(some, wanted, environment) for environment in (wanted.environment, None)]


def _of_list(
    query: SelectOfScalar[Callback], wanted: CallbackFilter, environment: Environment | None
) -> SelectOfScalar[Callback]:
    first = col(Callback.copy_of)
    query = query.where(Callback.environment == environment)
    query = query.where(first == wanted.copy_of if wanted.copy_of else first.is_(None))
    return query.where(Callback.verdict == wanted.verdict) if wanted.verdict else query


def _some(wanted: CallbackFilter, named: Sequence[str] | None) -> SelectOfScalar[Callback]:
    query = select(Callback).options(defer(Callback.body))  # type: ignore[arg-type]
    if named is not None:
        query = query.where(col(Callback.id).in_(named))
    elif wanted.text:
        query = query.where(begins_with(Callback.order_id, wanted.text))
    if wanted.received_from:
        query = query.where(Callback.id >= first_key(wanted.received_from))
    if wanted.received_to:
        query = query.where(Callback.id < first_key(wanted.received_to))
    return query


def _merged(pages: Sequence[Page[Callback]], place: Place, size: int) -> Page[Callback]:
    rows = sorted((row for page in pages for row in page.rows), key=lambda row: row.id)
    if place.after:
        newer = len(rows) > size or any(page.newer for page in pages)
        return Page(rows[:size][::-1], newer=newer, older=True)
    older = len(rows) > size or any(page.older for page in pages)
    return Page(rows[::-1][:size], newer=bool(place.before), older=older)
