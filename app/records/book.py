"""The shop's own book: which amount it says each of its orders has."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, UniqueConstraint, and_
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, identifier, key, reference, timestamp
from app.records.orders import Order, Origin

CUSTOMER_LENGTH = 100


class BookEntry(Record, table=True):
    """One order as the shop's list has it. `amount` and `tax` are yen; `customer` is what the shop
    calls whoever pays. The list read last counts."""

    __tablename__ = "book_entries"
    __table_args__ = (UniqueConstraint("shop_key", "order_id"),)

    id: str = key()
    shop_key: str = reference("shops.id", index=False)
    order_id: str = identifier(27)
    amount: int
    tax: int = 0
    customer: str = Field(default="", max_length=CUSTOMER_LENGTH)
    said_at: datetime = timestamp(now)


def entries_of(
    session: Session, shop_key: str, order_ids: Collection[str]
) -> Mapping[str, BookEntry]:
    """What a shop's book says of these OrderIDs."""
    query = select(BookEntry).where(
        BookEntry.shop_key == shop_key, col(BookEntry.order_id).in_(order_ids)
    )
    return {entry.order_id: entry for entry in session.exec(query)}


def entry_of(session: Session, order: Order) -> BookEntry | None:
    """What the shop's book says of an order."""
    return entries_of(session, order.shop_key, [order.order_id]).get(order.order_id)


def take_amounts(session: Session, orders: Iterable[Order]) -> None:
    """Give orders that were just met, and not made here, the amounts of their shops' books."""
    strangers = [one for one in orders if one.origin is not Origin.CREATED and one.amount is None]
    for shop_key in {one.shop_key for one in strangers}:
        named = [one for one in strangers if one.shop_key == shop_key]
        entries = entries_of(session, shop_key, {one.order_id for one in named})
        for order in named:
            if entry := entries.get(order.order_id):
                order.amount, order.tax = entry.amount, entry.tax


def customers_of(session: Session, orders: Sequence[Order]) -> Sequence[str]:
    """What the shop's list calls whoever pays these orders."""
    query = select(BookEntry.customer).join(Order, _same_order())
    return session.exec(query.where(col(Order.id).in_([order.id for order in orders]))).all()


def orders_of_customer(session: Session, customer: str) -> Sequence[Order]:
    """The orders whose payer the shop's list calls just so."""
    query = select(Order).join(BookEntry, _same_order()).where(BookEntry.customer == customer)
    return session.exec(query.order_by(col(Order.id))).all()


def _same_order() -> ColumnElement[bool]:
    return and_(
        col(BookEntry.shop_key) == col(Order.shop_key),
        col(BookEntry.order_id) == col(Order.order_id),
    )
