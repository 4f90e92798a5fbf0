"""Rows that may tell of a person: those of their orders, and texts in which their words stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from app.records.callbacks import Callback
from app.records.cases import Case, CaseOrder, CaseState
from app.records.columns import Record
from app.records.imports import ImportedResult
from app.records.orders import Order
from app.records.search_fold import VERSION, squeezed

READ_AT_ONCE = 500


def keys_where(session: Session, table: Any, *any_of: ColumnElement[bool]) -> list[str]:
    """The keys of the rows of which one of these is true, oldest first."""
    query = select(table.id).where(or_(*any_of)).order_by(table.id)
    return list(session.exec(query))


def say(column: Any, patterns: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these texts, in small letters, stands in a column."""
    return or_(*(func.lower(column).contains(pattern, autoescape=True) for pattern in patterns))


def rows_of(session: Session, table: Any, keys: Sequence[str]) -> Iterator[Record]:
    """These rows, in their order, some at a time."""
    for start in range(0, len(keys), READ_AT_ONCE):
        some = keys[start : start + READ_AT_ONCE]
        query = select(table).where(table.id.in_(some)).order_by(table.id)
        yield from session.exec(query.execution_options(populate_existing=True))
        session.expunge_all()


def bodies_of_nobody(session: Session) -> Iterator[tuple[str, bytes]]:
    """The callbacks that belong to no order, with their bytes."""
    yield from _bodies(session, Callback, col(Callback.order_key).is_(None))


def bodies_of_imports(session: Session) -> Iterator[tuple[str, bytes]]:
    """The results that were found in files, with their bytes."""
    yield from _bodies(session, ImportedResult, col(ImportedResult.id).is_not(None))


def _bodies(
    session: Session, table: Any, which: ColumnElement[bool]
) -> Iterator[tuple[str, bytes]]:
    after = ""
    while True:
        query = select(table.id, table.body).where(table.id > after, which)
        rows = session.exec(query.order_by(table.id).limit(READ_AT_ONCE)).all()
        yield from rows
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1][0]


def cases_of_others_too(session: Session, order_keys: Collection[str]) -> set[str]:
    """Of the cases about these orders the keys of those that are about other orders as well."""
    mine = select(CaseOrder.case_key).where(col(CaseOrder.order_key).in_(order_keys))
    other = select(CaseOrder.case_key).where(
        col(CaseOrder.case_key).in_(mine), col(CaseOrder.order_key).not_in(order_keys)
    )
    return set(session.exec(other))


def unfinished_cases(session: Session, order_key: str) -> Sequence[Case]:
    """The cases about an order that are not closed."""
    about = select(CaseOrder.case_key).where(CaseOrder.order_key == order_key)
    query = select(Case).where(col(Case.id).in_(about), Case.state != CaseState.CLOSED)
    return session.exec(query.order_by(col(Case.id))).all()


def unfiled_orders(session: Session, texts: Collection[str], limit: int) -> Sequence[Order]:
    """The orders that the search does not know as they are, and that say all of these folded
    texts: nobody is to be missed because a job is behind."""
    fields = (Order.client_field1, Order.client_field2, Order.client_field3)
    said = or_(*(col(field).is_not(None) for field in fields))
    query = sqlalchemy.select(col(Order.id), *map(col, fields)).where(
        col(Order.filed) < VERSION, said
    )
    keys = [
        key
        for key, *values in session.connection().execute(query)
        if all(any(text in squeezed(value or "") for value in values) for text in texts)
    ]
    return session.exec(select(Order).where(col(Order.id).in_(keys[:limit]))).all()


def orders_named(session: Session, word: str) -> Sequence[Order]:
    """The orders with this OrderID or AccessID, in every environment."""
    named = or_(col(Order.order_id) == word, col(Order.access_id) == word)
    return session.exec(select(Order).where(named).order_by(col(Order.id))).all()
