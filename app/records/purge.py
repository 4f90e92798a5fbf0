"""Purge: the rows of the sandbox's orders, for the next audience. Nothing else is deleted."""

from sqlalchemy import Delete, delete, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.exchanges import WAITING, Exchange
from app.records.notifications import Notification
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.shops import Environment
from app.records.verdict_changes import VerdictChange


def forget_sandbox(session: Session) -> int:
    """Delete the sandbox's orders with all that hangs on them; how many orders.

    An order with a call under way stays whole, and so does an exchange whose answer may still
    come. Audit entries stay, and lose the order they name.
    """
    ours = select(Order.id).where(
        Order.environment == Environment.SANDBOX, col(Order.open_exchange).is_(None)
    )
    # Locked, so that no call about them begins meanwhile.
    keys = session.exec(ours.with_for_update()).all()
    ours = ours.where(Order.id <= max(keys, default=""))
    connection = session.connection()
    connection.execute(
        update(AuditEntry).where(col(AuditEntry.order_key).in_(ours)).values(order_key=None)
    )
    for statement in _deletions(ours):
        connection.execute(statement)
    return len(keys)


def _deletions(ours: SelectOfScalar[str]) -> list[Delete]:
    """In this order: what refers to a row goes before the row."""
    callbacks = col(Callback.order_key).in_(ours) | (
        (col(Callback.environment) == Environment.SANDBOX) & col(Callback.order_key).is_(None)
    )
    exchanges = col(Exchange.order_key).in_(ours) | (
        (col(Exchange.environment) == Environment.SANDBOX)
        & col(Exchange.order_key).is_(None)
        & (col(Exchange.outcome) != WAITING)
    )
    of_callbacks = select(Callback.id).where(callbacks)
    return [
        delete(Change).where(col(Change.order_key).in_(ours)),
        delete(PaymentLink).where(col(PaymentLink.order_key).in_(ours)),
        delete(Notification).where(col(Notification.order_key).in_(ours)),
        delete(VerdictChange).where(col(VerdictChange.callback_key).in_(of_callbacks)),
        delete(Callback).where(callbacks),
        delete(Exchange).where(exchanges),
        delete(Order).where(col(Order.id).in_(ours)),
    ]
