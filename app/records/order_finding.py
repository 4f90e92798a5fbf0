"""Finding orders by what somebody can say of them: the conditions of a query.

Grams choose the candidates, newest first and without reading the others; what has to fit exactly
is then asked of the rows themselves. So both databases find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, column, func, or_, select, table
from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from app.protocol.wire import JST
from app.records.keys import first_key
from app.records.order_search import OrderSearch, amount_gram, day_gram
from app.records.orders import ORDERS, Order
from app.records.search_fold import grams_of_word
from app.records.shops import Environment

_FILES = table("order_grams", column("rowid"), column("order_grams"))


@dataclass(frozen=True)
class Sought:
    """One word of what is sought, in each way in which it may be meant; one of them must fit.

    `text` is folded: part of an OrderID, of ClientField1 to 3, or of what a callback said. `yen`
    is an amount, with or without the tax. `day` is a day in Japan: made or paid then.
    """

    text: str = ""
    yen: int | None = None
    day: date | None = None


def newest_found(dialect: str) -> Any:
    """What orders what is found by time, in the words that let each database read it backwards."""
    return _FILES.c.rowid if dialect == "sqlite" else col(OrderSearch.number)


def among_found(
    query: SelectOfScalar[Order], dialect: str, environment: Environment, words: Sequence[Sought]
) -> SelectOfScalar[Order]:
    """The orders of an environment in which every word is found."""
    letter = environment[0]
    query = query.join(OrderSearch, col(OrderSearch.order_key) == col(Order.id))
    if dialect == "sqlite":
        query = query.join(_FILES, _FILES.c.rowid == col(OrderSearch.number))
        query = query.where(_FILES.c.order_grams.op("MATCH")(_expression(letter, words)))
    else:
        query = query.where(*(or_(*_contained(letter, word)) for word in words))
    return query.where(*(or_(*_exactly(word)) for word in words))


def among_all(
    query: SelectOfScalar[Order], environment: Environment, words: Sequence[Sought]
) -> SelectOfScalar[Order]:
    """The same, past those that do not fit, in whatever order the orders are read."""
    query = query.join(OrderSearch, col(OrderSearch.order_key) == col(Order.id))
    query = query.where(Order.environment == environment)
    return query.where(*(or_(*_exactly(word)) for word in words))


def are_many(
    session: Session, environment: Environment, words: Sequence[Sought], limit: int
) -> bool:
    """Whether more orders than so many may be found, as far as SQLite can tell without reading any.
    PostgreSQL reckons for itself."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    found = select(_FILES.c.rowid).where(
        _FILES.c.order_grams.op("MATCH")(_expression(environment[0], words))
    )
    some = found.limit(limit + 1).subquery()
    return session.connection().execute(select(func.count()).select_from(some)).scalar_one() > limit


def _expression(letter: str, words: Iterable[Sought]) -> str:
    """The same in the language of SQLite's full-text search."""
    return " AND ".join(
        f"({' OR '.join(_all_of(letter, grams) for grams in _ways(word))})" for word in words
    )


def _all_of(letter: str, grams: Iterable[str]) -> str:
    quoted = ((letter + gram).replace('"', '""') for gram in grams)
    return "(" + " AND ".join(f'"{gram}"' for gram in quoted) + ")"


def _contained(letter: str, word: Sought) -> Iterator[ColumnElement[bool]]:
    grams = col(OrderSearch.grams)
    for way in _ways(word):
        yield grams.op("@>")([letter + gram for gram in way])


def _ways(word: Sought) -> Iterator[Sequence[str]]:
    """The grams of each way in which a word may be meant."""
    if word.text:
        yield grams_of_word(word.text)
    if word.yen is not None:
        yield [amount_gram(word.yen)]
    if word.day is not None:
        yield [day_gram(word.day)]


def _exactly(word: Sought) -> Iterator[ColumnElement[bool]]:
    if word.text:
        yield col(OrderSearch.texts).contains(word.text, autoescape=True)
    if word.yen is not None:
        said_alone = col(Order.amount).is_(None) & (col(Order.said_amount) == word.yen)
        yield (ORDERS.yen == word.yen) | (col(Order.amount) == word.yen) | said_alone
    if word.day is not None:
        first, after = midnight(word.day), midnight(word.day + timedelta(days=1))
        yield and_(col(Order.id) >= first_key(first), col(Order.id) < first_key(after))
        yield and_(ORDERS.paid_at >= first, ORDERS.paid_at < after)


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Japan."""
    return datetime.combine(day, time(), JST).astimezone(UTC)
