"""Lists of orders: filtered, by number, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from app.records.attention import needs_attention
from app.records.columns import begins_with
from app.records.keys import first_key
from app.records.orders import Order, has_status
from app.records.paging import Page, Place, page_of
from app.records.shops import Environment


@dataclass(frozen=True)
class OrderFilter:
    """Which orders of one environment a list shows.

    `text` is an AccessID or the beginning of an OrderID. `status` is one status or one of
    STATUS_GROUPS. `attention`, where it is given, keeps those that need a person: it is the
    `quiet_since` of `needs_attention`. `made_from` and `made_to` bound the time at which the row
    was made.
    """

    environment: Environment
    text: str = ""
    status: str = ""
    attention: datetime | None = None
    made_from: datetime | None = None
    made_to: datetime | None = None


# What a row of the list shows, and no more: above all no secret is opened for it.
_SHOWN: tuple[Any, ...] = (
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
    Order.origin,
    Order.unproven_results,
    Order.unproven_at,
    Order.spoken_at,
)


def orders_page(session: Session, wanted: OrderFilter, place: Place) -> Page[Order]:
    """One page of the orders wanted, newest first."""
    query = select(Order).options(load_only(*_SHOWN, raiseload=True))
    query = query.where(Order.environment == wanted.environment)
    if wanted.text:
        query = query.where(
            begins_with(col(Order.order_id), wanted.text) | (col(Order.access_id) == wanted.text)
        )
    if wanted.status:
        query = query.where(has_status(wanted.status))
    if wanted.attention:
        query = query.where(needs_attention(wanted.attention))
    if wanted.made_from:
        query = query.where(col(Order.id) >= first_key(wanted.made_from))
    if wanted.made_to:
        query = query.where(col(Order.id) < first_key(wanted.made_to))
    return page_of(session, query, col(Order.id), place)


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
        Order.shop_key == shop_key, col(Order.order_id).startswith(prefix, autoescape=True)
    )
    return session.exec(query.order_by(col(Order.id).desc()).limit(200)).all()
