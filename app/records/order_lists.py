"""Lists of orders: found, filtered, sorted, by number, in pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.attention import needs_attention
from app.records.columns import begins_with
from app.records.keys import first_key
from app.records.order_choices import FEW, bears, has_yen, within_yen
from app.records.order_finding import Sought, among_all, among_found, are_many, newest_found
from app.records.order_search import OrderSearch, is_unknown
from app.records.orders import ORDERS, Order, has_status
from app.records.paging import PAGE_SIZE, Page, Place, Sorting, Start, page_sorted
from app.records.shops import Environment


class SortBy(StrEnum):
    """What a list can be sorted by."""

    CREATED = "created"
    PAID = "paid"
    AMOUNT = "amount"
    ORDER = "order"


NUMBERS_READ = 2_000
"""How many OrderIDs of one beginning are read at most for those that are not filed yet."""


@dataclass(frozen=True)
class OrderFilter:
    """Which orders of one environment a list shows, and in which order.

    Every one of `words` is found in each. `status` is one status or one of STATUS_GROUPS.
    `attention`, where it is given, keeps those that need a person: it is the `quiet_since` of
    `needs_attention`. `tag` is borne by the order or by one of its callbacks. Times begin with the
    first bound and end before the second; amounts are in yen, as the list shows them, and include
    both bounds.
    """

    environment: Environment
    words: tuple[Sought, ...] = ()
    status: str = ""
    attention: datetime | None = None
    shop_key: str = ""
    tag: str = ""
    made_from: datetime | None = None
    made_to: datetime | None = None
    paid_from: datetime | None = None
    paid_to: datetime | None = None
    yen_from: int | None = None
    yen_to: int | None = None
    sort: SortBy = SortBy.CREATED
    descending: bool = True


# What a row of the list shows, and no more: above all no secret is opened for it.
SHOWN: tuple[Any, ...] = (
    Order.environment,
    Order.order_id,
    Order.origin,
    Order.shop_key,
    Order.access_id,
    Order.amount,
    Order.tax,
    Order.said_amount,
    Order.said_tax,
    Order.status,
    Order.source,
    Order.status_at,
    Order.confirmed_at,
    Order.conflict,
    Order.conflict_at,
    Order.open_exchange,
    Order.created_at,
    Order.unproven_results,
    Order.unproven_at,
    Order.spoken_at,
    Order.double_payment,
    Order.client_field1,
    Order.client_field2,
    Order.client_field3,
    Order.created_by,
)


def orders_page(
    session: Session, wanted: OrderFilter, place: Place, size: int = PAGE_SIZE
) -> Page[Order]:
    """One page of the orders wanted."""
    query = orders_wanted(session, wanted).options(load_only(*SHOWN, raiseload=True))
    sorting = _sorting(session, wanted)
    start = _start(session, wanted, sorting, place.after or place.before)
    backwards = bool(place.after) and start is not None
    return page_sorted(session, query, sorting, start, backwards=backwards, size=size)


def number_after(session: Session, wanted: OrderFilter, key: str, limit: int) -> int:
    """How many of the orders wanted were made after this key; counted up to `limit`."""
    newer = orders_wanted(session, wanted).where(col(Order.id) > key)
    some = newer.with_only_columns(col(Order.id)).limit(limit).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def orders_wanted(session: Session, wanted: OrderFilter) -> SelectOfScalar[Order]:
    """The orders wanted, in no order."""
    query = select(Order)
    if wanted.words and _found_in_order(session, wanted):
        query = among_found(query, _dialect(session), wanted.environment, wanted.words)
    elif wanted.words:
        query = among_all(query, wanted.environment, wanted.words)
    else:
        query = query.where(Order.environment == wanted.environment)
    return query.where(*_conditions(session, wanted))


def _found_in_order(session: Session, wanted: OrderFilter) -> bool:
    """Whether what is sought is best read from the search, and sorted where it comes in another
    order."""
    if wanted.sort is SortBy.CREATED:
        return True
    return not are_many(session, wanted.environment, wanted.words, FEW)


def _conditions(session: Session, wanted: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.status:
        yield has_status(wanted.status)
    if wanted.attention:
        yield needs_attention(wanted.attention)
    if wanted.shop_key:
        yield col(Order.shop_key) == wanted.shop_key
    if wanted.tag:
        yield bears(session, wanted.tag)
    if wanted.made_from:
        yield col(Order.id) >= first_key(wanted.made_from)
    if wanted.made_to:
        yield col(Order.id) < first_key(wanted.made_to)
    if wanted.paid_from:
        yield ORDERS.paid_at >= wanted.paid_from
    if wanted.paid_to:
        yield ORDERS.paid_at < wanted.paid_to
    bounds = (wanted.yen_from, wanted.yen_to)
    if bounds != (None, None):
        by_amount = wanted.sort is SortBy.AMOUNT
        yield has_yen(*bounds) if by_amount else within_yen(session, wanted.environment, *bounds)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


_COLUMNS: Mapping[SortBy, Any] = {
    SortBy.PAID: ORDERS.paid_at,
    SortBy.AMOUNT: ORDERS.yen,
    SortBy.ORDER: ORDERS.order_id,
}


def _sorting(session: Session, wanted: OrderFilter) -> Sorting:
    by = _COLUMNS.get(wanted.sort)
    found_newest_first = wanted.words and by is None
    key = newest_found(_dialect(session)) if found_newest_first else ORDERS.id
    return Sorting(key, by, wanted.descending)


def _start(session: Session, wanted: OrderFilter, sorting: Sorting, key: str) -> Start | None:
    """Where a page begins that an order's key names; None where there is no such order."""
    if not key:
        return None
    if sorting.by is not None:
        query = sqlalchemy.select(sorting.by).where(ORDERS.id == key)
        row = session.connection().execute(query).one_or_none()
        return Start(key, row[0]) if row else None
    if wanted.words:
        number = select(OrderSearch.number).where(OrderSearch.order_key == key)
        found = session.exec(number).one_or_none()
        return None if found is None else Start(found)
    return Start(key)


def not_filed_beginning(
    session: Session, environment: Environment, beginning: str
) -> Sequence[Order]:
    """The newest orders whose OrderID begins so and that the search does not know as they are yet.

    By the ordinary index, so that a number is found from the moment it is there.
    """
    begins = begins_with(col(Order.order_id), beginning)
    among = select(Order.id).where(Order.environment == environment, begins)
    among = among.order_by(col(Order.order_id).desc()).limit(NUMBERS_READ)
    query = select(Order).options(load_only(*SHOWN, raiseload=True))
    query = query.where(col(Order.id).in_(among), is_unknown())
    return session.exec(query.order_by(col(Order.id).desc()).limit(PAGE_SIZE)).all()


def orders_named(session: Session, name: str) -> Sequence[Order]:
    """The orders of every environment with exactly this OrderID or AccessID, the newest ten."""
    # Every environment is named because that is what the index begins with.
    numbered = col(Order.environment).in_(list(Environment)) & (col(Order.order_id) == name)
    query = select(Order).where(numbered | (col(Order.access_id) == name))
    return session.exec(query.order_by(col(Order.id).desc()).limit(10)).all()


def any_order(session: Session, environment: Environment) -> bool:
    """Whether an environment has any order at all."""
    query = select(Order.id).where(Order.environment == environment)
    return session.exec(query.limit(1)).first() is not None


def numbers_like(session: Session, shop_key: str, prefix: str) -> Sequence[str]:
    """The OrderIDs of a shop that start with this prefix, the newest 200."""
    query = select(Order.order_id).where(
        Order.shop_key == shop_key, begins_with(col(Order.order_id), prefix)
    )
    return session.exec(query.order_by(col(Order.id).desc()).limit(200)).all()


def order_ids_before(session: Session, shop_key: str, key: str, limit: int) -> Sequence[str]:
    """The OrderIDs of a shop's orders that were here when this key was made, newest first."""
    query = select(Order.order_id).where(Order.shop_key == shop_key, Order.id <= key)
    return session.exec(query.order_by(col(Order.id).desc()).limit(limit)).all()
