"""How orders that fit a choice are found: by an index of the choice while few fit it, else newest
first, past those that do not fit. Neither way alone is quick for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, null, text, true, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.callbacks import Callback
from app.records.derived_columns import WATCHED
from app.records.orders import ORDERS, Order
from app.records.shops import Environment

FEW = 2_000
"""So many are found by the index of a choice. Of more the newest soon turn up among all orders."""

FEW_BEAR = 20_000
"""So many callbacks with a tag are read from its index, which costs far less than to pass by all
the orders that do not bear it."""

CONFLICT_TAG = "conflict"
"""The one tag that an order itself can bear, besides those of its callbacks."""

# Word for word as the index of tags has it.
_BEARS_ANY = col(Callback.tags) != literal_column("''")


def within_yen(
    session: Session, environment: Environment, least: int | None, most: int | None
) -> ColumnElement[bool]:
    """The same as `has_yen`, for a list that is sorted by something else."""
    fits = has_yen(least, most)
    if _are_few(session, select(Order.id).where(Order.environment == environment, fits)):
        return fits
    # Wrapped, so that the index of amounts is not used.
    return has_yen(least, most, func.coalesce(ORDERS.yen, null()))


def has_yen(least: int | None, most: int | None, yen: Any = ORDERS.yen) -> ColumnElement[bool]:
    """Whether an order's amount lies within these bounds, both of which it may have."""
    low = [] if least is None else [yen >= least]
    high = [] if most is None else [yen <= most]
    return and_(true(), *low, *high)


def bears(session: Session, tag: str) -> ColumnElement[bool]:
    """Whether an order or one of its callbacks bears this tag."""
    named = _combinations(session, tag)
    keys = select(Callback.order_key).where(
        _BEARS_ANY, col(Callback.tags).in_(named), col(Callback.order_key).is_not(None)
    )
    if _are_few(session, keys, FEW_BEAR):
        return col(Order.id).in_(union(keys, _in_conflict()) if tag == CONFLICT_TAG else keys)
    borne = exists().where(col(Callback.order_key) == col(Order.id), col(Callback.tags).in_(named))
    return borne | col(Order.conflict).is_not(None) if tag == CONFLICT_TAG else borne


def _in_conflict() -> SelectOfScalar[str]:
    return select(Order.id).where(text(f"({WATCHED})"), col(Order.conflict).is_not(None))


def _are_few(session: Session, keys: SelectOfScalar[Any], few: int = FEW) -> bool:
    some = keys.limit(few + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one() <= few


def _combinations(session: Session, tag: str) -> Sequence[str]:
    """The sets of tags that callbacks bear, as they are stored, of which this is one.

    From one to the next by the index: there are few, and of each there may be a hundred thousand.
    """
    tags = col(Callback.tags)
    first = sqlalchemy.select(func.min(tags).label("tags")).where(_BEARS_ANY).cte(recursive=True)
    following = sqlalchemy.select(func.min(tags)).where(_BEARS_ANY, tags > first.c.tags)
    every = first.union_all(
        sqlalchemy.select(following.scalar_subquery()).where(first.c.tags.is_not(None))
    )
    found = session.connection().execute(sqlalchemy.select(every.c.tags)).scalars()
    return [tags for tags in found if tags and tag in tags.split()]
