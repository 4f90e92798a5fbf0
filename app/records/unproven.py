"""Results that prove nothing, counted on the row of the order that they name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table, bindparam, case, null, update
from sqlmodel import Session, col, select

from app.protocol.statuses import FINAL
from app.records.orders import DECRYPTED_LATER, Order
from app.records.shops import Environment


class Came(NamedTuple):
    """How many results have named an order, and when the last of them came."""

    order_key: str
    number: int
    last_at: datetime


# Built once: building a statement costs more than running it.
_table: Table = Order.metadata.tables["orders"]
_columns = _table.c
_LAST = bindparam("last_at", type_=_columns.unproven_at.type)
_COUNT = (
    update(_table)
    # An order that has come to its end needs nobody to ask. Not by a list, which no batch takes.
    .where(_columns.id == bindparam("order_key"), *(_columns.status != status for status in FINAL))
    .values(
        unproven_results=_columns.unproven_results + bindparam("number"),
        # Batches may overtake each other.
        unproven_at=case(
            (_columns.unproven_at > _LAST, _columns.unproven_at),
            else_=_LAST,
        ),
    )
)

_LEFT = _columns.unproven_results - bindparam("number")
_TAKE_BACK = (
    update(_table)
    .where(_columns.id == bindparam("order_key"))
    .values(
        unproven_results=case((_LEFT > 0, _LEFT), else_=0),
        unproven_at=case((_LEFT > 0, _columns.unproven_at), else_=null()),
    )
)

_OPEN = (
    select(Order)
    .where(
        # Every environment is named because that is what the index begins with.
        col(Order.environment).in_(list(Environment)),
        col(Order.order_id).in_(bindparam("order_ids", expanding=True)),
        col(Order.status).not_in(FINAL),
    )
    .order_by(col(Order.id).desc())
    .options(*DECRYPTED_LATER)
)


def open_orders_numbered(session: Session, order_ids: Collection[str]) -> Sequence[Order]:
    """The orders without a final status that have these OrderIDs, of any shop; newest first."""
    return session.exec(_OPEN, params={"order_ids": list(order_ids)}).all()


def count_unproven(session: Session, came: Sequence[Came]) -> None:
    """Count these results on those of the orders that are still open."""
    if came:
        session.connection().execute(_COUNT, [one._asdict() for one in came])


def take_back(session: Session, proven: Mapping[str, int]) -> None:
    """So many results that were counted on these orders are proven after all."""
    if proven:
        rows = [{"order_key": key, "number": proven[key]} for key in sorted(proven)]
        session.connection().execute(_TAKE_BACK, rows)
