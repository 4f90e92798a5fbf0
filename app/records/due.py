"""Due lookups: which orders the desk asks about by itself, and when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.orders import UNKNOWN, Order, Origin
from app.records.shops import Confirmation, Environment, Shop


def due_orders(
    session: Session,
    environment: Environment,
    at: datetime,
    interval: timedelta,
    keep_asking: timedelta,
    *,
    limit: int,
) -> Sequence[str]:
    """The keys of the orders of one environment to ask about now, the longest due first.

    `interval` is the gateway's least time between two requests for one order; `keep_asking` is
    how long after its making an order is asked about at all.
    """
    query = (
        select(Order.id)
        .join(Shop, col(Shop.id) == col(Order.shop_key))
        .where(
            # Nothing is due that long and still asked about; the index need not go back further.
            col(Order.lookup_due_at).between(at - keep_asking, at),
            # Wrapped so that no index of the environment is used: few of its orders are due.
            func.coalesce(Order.environment, "") == environment,
            col(Order.open_exchange).is_(None),
            func.coalesce(Order.executed_at, Order.created_at) >= at - keep_asking,
            or_(
                _after_silence(at - interval),
                _to_confirm(at - interval),
                _under_way(),
                _doubted(),
            ),
        )
    )
    return session.exec(query.order_by(col(Order.lookup_due_at)).limit(limit)).all()


def _after_silence(before: datetime) -> ColumnElement[bool]:
    # A person is told to ask at once and may; by itself the desk keeps the interval.
    return and_(col(Order.status) == UNKNOWN, col(Order.status_at) <= before)


def _to_confirm(before: datetime) -> ColumnElement[bool]:
    """What a callback alone reported: each shop says when that is confirmed."""
    paid = or_(col(Order.status) == Status.PAYSUCCESS, col(Order.conflict).is_not(None))
    reported = or_(and_(col(Order.status) != UNKNOWN, paid), _first_met())
    late = and_(
        col(Shop.confirmation) == Confirmation.AFTER_AN_HOUR, col(Order.lookup_due_at) <= before
    )
    return and_(reported, or_(col(Shop.confirmation) == Confirmation.AT_ONCE, late))


def _first_met() -> ColumnElement[bool]:
    """An order of which we have nothing but a verified callback's word, and no claim yet."""
    untold = and_(col(Order.status) == UNKNOWN, col(Order.conflict).is_(None))
    return and_(untold, col(Order.origin) == Origin.CALLBACK, col(Order.status_at).is_(None))


def _under_way() -> ColumnElement[bool]:
    return and_(
        col(Order.status).in_([Status.REQSUCCESS, Status.PAYSTART]), col(Order.conflict).is_(None)
    )


def _doubted() -> ColumnElement[bool]:
    # Nothing but a notification makes a lookup due of an order that has failed.
    failed = col(Order.status).in_([Status.PAYFAIL, Status.EXPIRED])
    return and_(failed, col(Order.conflict).is_(None))
