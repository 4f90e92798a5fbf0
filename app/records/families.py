"""Families: an order and the further tries of the same customer, A1001, A1001-1, A1001-2.

The gateway takes no OrderID twice, so whoever tries again gets the same number with an end.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import func, update
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.orders import ORDERS, Conflict, Order

OPEN, SEEN = "open", "seen"
"""`Order.double_payment`: somebody has to see to it, or has."""

_TRY = re.compile(r"(?s)(.+)-[1-9][0-9]?")
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
    Order.double_payment,
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
    """The orders of those of these families that have more than one."""
    if not bases:
        return ()
    shops, numbers = zip(*bases, strict=True)
    of_these = (ORDERS.shop_key.in_(set(shops)), ORDERS.family.in_(set(numbers)))
    # Most stand alone: for that the index is enough.
    several = sqlalchemy.select(ORDERS.family).where(*of_these).group_by(ORDERS.family)
    several = several.having(func.count() > 1)
    found = session.connection().execute(several).scalars().all()
    if not found:
        return ()
    query = select(Order).options(load_only(*_SHOWN, raiseload=True))
    query = query.where(of_these[0], ORDERS.family.in_(found))
    return session.exec(query.order_by(col(Order.id)).limit(MEMBERS_READ)).all()


def is_paid_twice(family: Sequence[Order]) -> bool:
    """Whether two of a family are paid, as far as we know."""
    return sum(member.status == Status.PAYSUCCESS for member in family) > 1


def is_unsettled(family: Sequence[Order]) -> bool:
    """Whether two of a family are paid and nobody has said yet what was done about it."""
    later = (order for order in family if is_paid_after_another(order, family))
    return any(order.double_payment != SEEN for order in later)


def mark_double_payments(session: Session, numbers: Collection[tuple[str, str]]) -> bool:
    """Mark in these families (key of the shop and base) what was paid after another of them.

    False where somebody else holds one of the orders just now: then it has to be asked again.
    What somebody has seen to stays so. Waits for nobody, so that nobody waits in a circle.
    """
    families: dict[tuple[str, str], list[Order]] = {}
    for order in _members(session, numbers):
        families.setdefault((order.shop_key, base_of(order.order_id)), []).append(order)
    marks = {
        order.id: OPEN if is_paid_after_another(order, family) else None
        for family in families.values()
        for order in family
    }
    changed = {
        order.id: marks[order.id]
        for family in families.values()
        for order in family
        if (order.double_payment is None) is not (marks[order.id] is None)
    }
    if not changed:
        return True
    held = select(Order.id).where(col(Order.id).in_(changed)).with_for_update(skip_locked=True)
    free = set(session.exec(held))
    for key in free:
        change = update(Order).where(col(Order.id) == key).values(double_payment=changed[key])
        session.connection().execute(change)
    return free == changed.keys()


def other_try(order: Order, family: Sequence[Order]) -> Order | None:
    """The order of its family to go on with instead.

    One that is paid, one about which the sources disagree (it may be), else the last made later.
    """
    others = [member for member in family if member.id != order.id]
    paid = (member for member in others if member.status == Status.PAYSUCCESS)
    disputed = (member for member in others if member.conflict not in (None, Conflict.FOREIGN))
    later = (member for member in reversed(others) if member.id > order.id)
    return next(paid, None) or next(disputed, None) or next(later, None)


def _other_try_query() -> sqlalchemy.Select[tuple[bool]]:
    text = sqlalchemy.String()
    shop, base, key = (sqlalchemy.bindparam(name, type_=text) for name in ("shop", "base", "key"))
    family = (ORDERS.shop_key == shop, ORDERS.family == base)
    # Without a conflict the column is null: neither equal nor unequal to one of them.
    disputed = ORDERS.conflict != Conflict.FOREIGN
    instead = (ORDERS.status == Status.PAYSUCCESS) | disputed | (ORDERS.id > key)
    return sqlalchemy.select(
        sqlalchemy.exists().where(*family, ORDERS.id != key, instead)
        & sqlalchemy.exists().where(*family, ORDERS.order_id == base)
    )


_HAS_OTHER_TRY = _other_try_query()


def has_other_try(session: Session, order: Order) -> bool:
    """Whether there is an `other_try`; asked before each deed, so it reads no order."""
    values = {"shop": order.shop_key, "base": base_of(order.order_id), "key": order.id}
    return bool(session.connection().execute(_HAS_OTHER_TRY, values).scalar())


def is_paid_after_another(order: Order, family: Sequence[Order]) -> bool:
    """Whether the customer of this order had paid another of its family that was made before.

    Only beside the order that they try again: ORD-1 and ORD-2 may well be two customers.
    """
    base = base_of(order.order_id)
    if order.status != Status.PAYSUCCESS or all(one.order_id != base for one in family):
        return False
    return any(one.status == Status.PAYSUCCESS and one.id < order.id for one in family)
