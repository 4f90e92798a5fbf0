"""Families: an order and the further tries of the same customer, A1001, A1001-1, A1001-2.

The gateway takes no OrderID twice, so whoever tries again gets the same number with an end.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import Table, exists, text
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.derived_columns import PAID_TRIES
from app.records.orders import DECRYPTED_LATER, ORDERS, Order
from app.records.shops import Environment

_TRY = re.compile(r"(?s)(.+)-[1-9][0-9]?")
_TABLE: Table = Order.metadata.tables["orders"]

MEMBERS_READ = 2000
"""The most orders that are read for one page; a number can have 99 tries."""

_SHOWN: tuple[Any, ...] = (
    Order.shop_key,
    Order.environment,
    Order.order_id,
    Order.status,
    Order.source,
    Order.status_at,
    Order.confirmed_at,
    Order.conflict,
    Order.amount,
    Order.tax,
    Order.created_at,
)


def base_of(order_id: str) -> str:
    """The number of which this one is another try; itself where it is none.

    The database works out the same in `orders.family`. A sequence that is padded (-003) is none.
    """
    found = _TRY.fullmatch(order_id)
    return found[1] if found else order_id


def family_of(session: Session, order: Order) -> Sequence[Order]:
    """All orders of this order's family, the oldest first; none where it stands alone."""
    return families_of(session, [order]).get(order.id, ())


def families_of(session: Session, orders: Iterable[Order]) -> Mapping[str, Sequence[Order]]:
    """The families of these orders by their keys, as `family_of`; who stands alone is left out.

    A family is one only with the order that it tries again: ORD-1 and ORD-2 may be two customers.
    """
    bases = {order.id: (order.shop_key, base_of(order.order_id)) for order in orders}
    members: dict[tuple[str, str], list[Order]] = {}
    for order in _members(session, set(bases.values())):
        members.setdefault((order.shop_key, base_of(order.order_id)), []).append(order)
    whole = {
        base: family
        for base, family in members.items()
        if len(family) > 1 and any(order.order_id == base[1] for order in family)
    }
    return {key: whole[base] for key, base in bases.items() if base in whole}


def _members(session: Session, bases: Collection[tuple[str, str]]) -> Sequence[Order]:
    if not bases:
        return ()
    shops, numbers = zip(*bases, strict=True)
    query = select(Order).options(load_only(*_SHOWN, raiseload=True))
    query = query.where(col(Order.shop_key).in_(set(shops)), ORDERS.family.in_(set(numbers)))
    return session.exec(query.order_by(col(Order.id)).limit(MEMBERS_READ)).all()


def is_paid_twice(family: Sequence[Order]) -> bool:
    """Whether two of a family are paid, as far as we know."""
    return sum(member.status == Status.PAYSUCCESS for member in family) > 1


def double_payments(session: Session, environment: Environment, limit: int) -> Sequence[Order]:
    """The paid tries before which another of their family was paid, the newest first.

    Read through an index of paid tries alone: most orders are nobody's second try.
    """
    tries, others, bases = (_TABLE.alias(name) for name in ("tries", "others", "bases"))
    same = (others.c.shop_key == tries.c.shop_key) & (others.c.family == tries.c.family)
    base = (bases.c.shop_key == tries.c.shop_key) & (bases.c.order_id == tries.c.family)
    paid = exists().where(same, others.c.id < tries.c.id, others.c.status == Status.PAYSUCCESS)
    query = (
        sqlalchemy.select(tries.c.id)
        .where(tries.c.environment == environment, text(PAID_TRIES.format("tries.")))
        .where(paid, exists().where(base))
        .order_by(tries.c.id.desc())
        .limit(limit)
    )
    keys = session.connection().execute(query).scalars().all()
    found = select(Order).where(col(Order.id).in_(keys)).options(*DECRYPTED_LATER)
    return session.exec(found.order_by(col(Order.id).desc())).all()
