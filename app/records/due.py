"""Due lookups: which orders the desk asks about by itself now, or may once a policy changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.orders import Order, is_first_met
from app.records.shops import Environment

_DUE = (
    select(Order.id)
    .where(
        # Nothing is due that long and still asked about; the index need not go back further.
        col(Order.lookup_due_at).between(bindparam("since"), bindparam("at")),
        # Wrapped so that no index of the environment is used: few of its orders are due.
        func.coalesce(Order.environment, "") == bindparam("environment"),
        col(Order.open_exchange).is_(None),
        func.coalesce(Order.executed_at, Order.created_at) >= bindparam("since"),
    )
    .order_by(col(Order.lookup_due_at))
    .limit(bindparam("limit"))
)


def due_orders(
    session: Session, environment: Environment, at: datetime, keep_asking: timedelta, *, limit: int
) -> Sequence[str]:
    """The keys of the orders of one environment to ask about now, the longest due first.

    `keep_asking` is how long after its making, or its ExecTran, an order is asked about at all.
    """
    params = {"since": at - keep_asking, "at": at, "environment": environment, "limit": limit}
    return session.exec(_DUE, params=params).all()


def reported_orders(
    session: Session, shop_key: str, last: str, since: datetime, *, limit: int
) -> Sequence[str]:
    """The keys of a shop's orders that its policy may concern, in their order, after `last`.

    Those that callbacks may be alone in speaking for, made or executed since then.
    """
    paid = and_(col(Order.status) == Status.PAYSUCCESS, col(Order.confirmed_at).is_(None))
    query = select(Order.id).where(
        Order.shop_key == shop_key,
        Order.id > last,
        func.coalesce(Order.executed_at, Order.created_at) >= since,
        or_(paid, col(Order.conflict).is_not(None), is_first_met()),
    )
    return session.exec(query.order_by(col(Order.id)).limit(limit)).all()
