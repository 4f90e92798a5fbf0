"""Notices: what the gateway's server sent to ours, raw first, read second. None is signed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Index, delete
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, code, key, moment, reference


class Notice(Record, table=True):
    """One body that arrived at the address for notices.

    `body` is never altered. The other values are what was read in it. `order_key` is the order
    of ours that it names; `due_at` when the lookup is due that it hints at, None where it
    hints at none.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_order", "order_key", "id"),
        Index("ix_notices_shop", "shop_id", "id"),
        Index("ix_notices_unread", "read_at", "id"),
    )

    id: str = key()
    received_at: datetime = moment(now)
    body: bytes
    remote_address: str = Field(default="", max_length=64)

    read_at: datetime | None = moment()
    shop_id: str = Field(default="", max_length=13)
    order_id: str | None = code(27, optional=True)
    status: str = Field(default="", max_length=16)
    tran_date: str = Field(default="", max_length=14)
    order_key: str | None = reference("orders.id", optional=True, index=False)
    due_at: datetime | None = moment()


def notices_of(session: Session, order_key: str, limit: int) -> Sequence[Notice]:
    """The newest notices of an order, oldest first."""
    query = select(Notice).where(Notice.order_key == order_key)
    return session.exec(query.order_by(col(Notice.id).desc()).limit(limit)).all()[::-1]


def has_notices(session: Session, shop_id: str) -> bool:
    """Whether the gateway sends notices of this shop: one has come."""
    query = select(Notice.id).where(Notice.shop_id == shop_id).limit(1)
    return session.exec(query).first() is not None


def unread_keys(session: Session, limit: int) -> Sequence[str]:
    """The keys of notices that nobody has read, oldest first."""
    query = select(Notice.id).where(col(Notice.read_at).is_(None))
    return session.exec(query.order_by(col(Notice.id)).limit(limit)).all()


def orders_noticed(session: Session, above: str) -> Sequence[tuple[str, str]]:
    """Key and order of the notices above a key that name an order of ours, oldest first."""
    query = select(Notice.id, Notice.order_key).where(Notice.id > above)
    rows = session.exec(query.where(col(Notice.order_key).is_not(None)).order_by(col(Notice.id)))
    return [(key, order_key) for key, order_key in rows if order_key]


def drop_older(session: Session, than: str) -> int:
    """Drop the notices that are older than a key; how many were dropped."""
    return session.exec(delete(Notice).where(col(Notice.id) < than)).rowcount


def drop_beyond(session: Session, number: int) -> int:
    """Drop all but the newest notices; how many were dropped.

    Those that name an order of ours and those that do not are counted apart: a flood of the
    latter pushes out none of the former.
    """
    groups = (col(Notice.order_key).is_(None), col(Notice.order_key).is_not(None))
    return sum(_drop_beyond(session, group, number) for group in groups)


def _drop_beyond(session: Session, group: ColumnElement[bool], number: int) -> int:
    newest = select(Notice.id).where(group).order_by(col(Notice.id).desc())
    surplus = session.exec(newest.offset(number).limit(1)).first()
    if surplus is None:
        return 0
    return session.exec(delete(Notice).where(group, col(Notice.id) <= surplus)).rowcount
