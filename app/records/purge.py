"""Purge: the rows of the sandbox's orders, for the next audience or because there are too many.

Nothing else is deleted with all that hangs on it.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Delete, delete, exists, literal_column, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.accounts import AuditEntry
from app.records.batches import forget_batches
from app.records.callbacks import Callback
from app.records.case_purge import forget_cases
from app.records.changes import Change
from app.records.droppable import drop_callbacks, in_a_case
from app.records.exchanges import WAITING, Exchange
from app.records.notifications import Notification
from app.records.order_hours import uncount
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.records.public_rows import MET_BY_CALLBACK
from app.records.shops import Environment
from app.records.verdict_changes import VerdictChange


def forget_sandbox(session: Session) -> int:
    """Delete the sandbox's orders with all that hangs on them; how many orders.

    An order with a call under way stays whole, and so does an exchange whose answer may still
    come. Audit entries stay, and lose the order they name. A case goes with its orders, and so do
    lookups of many that are not being asked.
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
    forget_cases(session, keys)
    forget_batches(session, Environment.SANDBOX)
    callbacks = col(Callback.order_key).in_(ours) | (
        (col(Callback.environment) == Environment.SANDBOX) & col(Callback.order_key).is_(None)
    )
    exchanges = col(Exchange.order_key).in_(ours) | (
        (col(Exchange.environment) == Environment.SANDBOX)
        & col(Exchange.order_key).is_(None)
        & (col(Exchange.outcome) != WAITING)
    )
    _delete(session, ours, callbacks, exchanges)
    return len(keys)


def beyond_number(session: Session, number: int) -> str:
    """The key of the newest order met by a callback that is one too many; empty when none is."""
    keys = select(Order.id).where(literal_column(MET_BY_CALLBACK)).order_by(col(Order.id).desc())
    return session.exec(keys.offset(number).limit(1)).first() or ""


def forgettable(session: Session, after: str, upto: str, limit: int) -> Sequence[str]:
    """The oldest orders of the sandbox that callbacks named first and nobody has touched."""
    key = col(Order.id)
    keys = select(Order.id).where(key > after, key <= upto, *_untouched())
    return session.exec(keys.order_by(key).limit(limit)).all()


def forget_callbacks(session: Session, order_keys: Sequence[str], limit: int) -> int:
    """Delete some callbacks of these orders, at most `limit`; how many."""
    of_orders = select(Callback.id).where(col(Callback.order_key).in_(order_keys))
    keys = session.exec(of_orders.limit(limit).with_for_update(skip_locked=True)).all()
    if keys:
        session.connection().execute(delete(Change).where(col(Change.callback_key).in_(keys)))
        drop_callbacks(session, keys)
    return len(keys)


def forget_orders(session: Session, order_keys: Sequence[str]) -> int:
    """Delete those of these orders that still nobody has touched, with all that hangs on them."""
    chosen = select(Order.id).where(col(Order.id).in_(order_keys), *_untouched())
    gone = session.exec(chosen.with_for_update(skip_locked=True)).all()
    if gone:
        ours = select(Order.id).where(col(Order.id).in_(gone))
        callbacks = col(Callback.order_key).in_(ours)
        _delete(session, ours, callbacks, col(Exchange.order_key).in_(ours))
    return len(gone)


def _untouched() -> tuple[ColumnElement[bool], ...]:
    touched = exists().where(col(AuditEntry.order_key) == col(Order.id))
    return (
        literal_column(MET_BY_CALLBACK),
        col(Order.open_exchange).is_(None),
        ~touched,
        ~in_a_case(Order.id),
    )


def _delete(
    session: Session,
    ours: SelectOfScalar[str],
    callbacks: ColumnElement[bool],
    exchanges: ColumnElement[bool],
) -> None:
    for statement in _deletions(ours, callbacks, exchanges):
        session.connection().execute(statement)
    uncount(session, ours)
    session.connection().execute(delete(Order).where(col(Order.id).in_(ours)))


def _deletions(
    ours: SelectOfScalar[str], callbacks: ColumnElement[bool], exchanges: ColumnElement[bool]
) -> list[Delete]:
    """In this order: what refers to a row goes before the row."""
    of_callbacks = select(Callback.id).where(callbacks)
    return [
        delete(Change).where(col(Change.order_key).in_(ours)),
        delete(PaymentLink).where(col(PaymentLink.order_key).in_(ours)),
        delete(Notification).where(col(Notification.order_key).in_(ours)),
        delete(VerdictChange).where(col(VerdictChange.callback_key).in_(of_callbacks)),
        delete(Callback).where(callbacks),
        delete(Exchange).where(exchanges),
    ]
