"""How many orders a list has, and how much money is behind them."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import and_, bindparam, case, func
from sqlmodel import Session

from app.protocol.statuses import Status
from app.records.order_lists import OrderFilter, SortBy, orders_wanted
from app.records.orders import ORDERS

COUNTED, GLANCED = 2_000, 1_000
"""How many orders are counted unasked, of a choice and of the whole list: up to here it takes a few
milliseconds, also of what is searched for. All are counted when somebody asks."""


@dataclass(frozen=True)
class OrderSums:
    """Of the orders counted: how many, and the yen (Amount + Tax) of those that are paid.

    `more`: there are more than these. `confirmed_yen` a lookup has confirmed, `reported_yen` it
    has not yet; neither holds an order with a conflict. `said_yen` is what the gateway alone
    names, for paid orders of which we hold no amount.
    """

    number: int
    more: bool
    confirmed_yen: int
    reported_yen: int
    said_yen: int


def order_sums(session: Session, wanted: OrderFilter, limit: int | None = COUNTED) -> OrderSums:
    """The sums of a list, or of `limit` of its orders where there are more. None: of all."""
    shown = OrderFilter(wanted.environment, sort=wanted.sort, descending=wanted.descending)
    if wanted == shown and limit is not None:
        params = {"environment": wanted.environment, "most": limit + 1}
        row = session.connection().execute(_of_whole_list(), params).one()
    else:
        # In which order they come matters to no sum.
        query: Any = orders_wanted(session, replace(wanted, sort=SortBy.CREATED))
        if wanted.attention:
            # In the order of their own index: without it all orders are read.
            query = query.order_by(ORDERS.id.desc())
        chosen = query.with_only_columns(*_ADDED_UP)
        counted = chosen if limit is None else chosen.limit(limit + 1)
        row = session.connection().execute(_added_up(counted)).one()
    number, *yen = row
    more = limit is not None and number > limit
    return OrderSums(limit if more and limit else number, more, *map(int, yen))


@cache
def _of_whole_list() -> Any:
    # Asked with each list that is opened; building it takes longer than a thousand rows do.
    orders = sqlalchemy.select(*_ADDED_UP).where(ORDERS.environment == bindparam("environment"))
    return _added_up(orders.limit(bindparam("most")))


_ADDED_UP = (ORDERS.status, ORDERS.conflict, ORDERS.confirmed_at, ORDERS.amount, ORDERS.yen)


def _added_up(orders: Any) -> Any:
    counted = orders.subquery().c
    paid = and_(counted.status == Status.PAYSUCCESS, counted.conflict.is_(None))
    ours, sure = counted.amount.is_not(None), counted.confirmed_at.is_not(None)
    sums = (
        func.coalesce(func.sum(case((condition, counted.yen), else_=0)), 0)
        for condition in (paid & ours & sure, paid & ours & ~sure, paid & ~ours)
    )
    return sqlalchemy.select(func.count(), *sums).select_from(counted.status.table)
