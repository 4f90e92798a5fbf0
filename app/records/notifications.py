"""Notifications: what the gateway's server sent to ours, raw first, read second. None is signed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, identifier, key, reference, timestamp


class Notification(Record, table=True):
    """One body that arrived at the address for notifications.

    `body` is never altered. The other values are what was read in it. `order_key` is the order
    of ours that it names; `due_at` when the lookup is due that it hints at, None where it
    hints at none.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_order", "order_key", "id"),
        Index("ix_notifications_shop", "shop_id", "id"),
        Index("ix_notifications_unread", "read_at", "id"),
    )

    id: str = key()
    received_at: datetime = timestamp(now)
    body: bytes
    remote_address: str = Field(default="", max_length=64)

    read_at: datetime | None = timestamp()
    shop_id: str = Field(default="", max_length=13)
    order_id: str | None = identifier(27, optional=True)
    status: str = Field(default="", max_length=16)
    tran_date: str = Field(default="", max_length=14)
    order_key: str | None = reference("orders.id", optional=True, index=False)
    due_at: datetime | None = timestamp()


def notifications_of(session: Session, order_key: str, limit: int) -> Sequence[Notification]:
    """The newest notifications of an order, oldest first."""
    query = select(Notification).where(Notification.order_key == order_key)
    return session.exec(query.order_by(col(Notification.id).desc()).limit(limit)).all()[::-1]


def has_notifications(session: Session, shop_id: str) -> bool:
    """Whether the gateway sends notifications of this shop: one has come."""
    query = select(Notification.id).where(Notification.shop_id == shop_id).limit(1)
    return session.exec(query).first() is not None


def unread_keys(session: Session, limit: int) -> Sequence[str]:
    """The keys of notifications that nobody has read, oldest first."""
    query = select(Notification.id).where(col(Notification.read_at).is_(None))
    return session.exec(query.order_by(col(Notification.id)).limit(limit)).all()


def orders_notified(session: Session, above: str) -> Sequence[tuple[str, str]]:
    """Key and order of the notifications above a key that name an order of ours, oldest first."""
    query = select(Notification.id, Notification.order_key).where(Notification.id > above)
    rows = session.exec(
        query.where(col(Notification.order_key).is_not(None)).order_by(col(Notification.id))
    )
    return [(key, order_key) for key, order_key in rows if order_key]
