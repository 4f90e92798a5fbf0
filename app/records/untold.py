"""What nobody would hear of by itself: paid orders without a callback, copies without proof."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.protocol.checkstring import Verdict
from app.records.callbacks import Callback
from app.records.keys import first_key
from app.records.orders import ORDERS, Order, Origin
from app.records.shops import Environment


def paid_without_callback(
    session: Session, environment: Environment, since: datetime, before: datetime, limit: int
) -> Sequence[Order]:
    """Orders made here that were paid within a span of time, as a lookup says, and of which no
    verified callback has come. The latest first."""
    told = select(Callback.id).where(
        Callback.order_key == Order.id, Callback.verdict == Verdict.VERIFIED
    )
    query = select(Order).where(
        Order.environment == environment,
        ORDERS.paid_at >= since,
        ORDERS.paid_at < before,
        Order.origin == Origin.CREATED,
        col(Order.confirmed_at).is_not(None),
        ~told.exists(),
    )
    return session.exec(query.order_by(ORDERS.paid_at.desc()).limit(limit)).all()


READ_AT_MOST = 1_000
"""Results of one verdict that are looked at: in a flood of strangers' results those before these
are not, and what hears of the flood hears of it."""


def copies_without_proof(session: Session, since: datetime) -> bool:
    """Whether a shop's own server has since then brought a result that proves nothing and names no
    order that is known here. The sandbox's are not asked about."""
    return any(
        _any_without_proof(session, one, since) for one in Verdict if one != Verdict.VERIFIED
    )


def _any_without_proof(session: Session, verdict: Verdict, since: datetime) -> bool:
    latest = (
        select(Callback.copied_digest, Callback.order_key, Callback.environment)
        .where(Callback.verdict == verdict, Callback.id >= first_key(since))
        .order_by(col(Callback.id).desc())
        .limit(READ_AT_MOST)
    )
    found = session.exec(latest).all()
    return any(
        digest and order_key is None and environment is not Environment.SANDBOX
        for digest, order_key, environment in found
    )
