"""Launch links: addresses that send a customer to pay one order."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, key, moment, reference, sealed_text
from app.records.keys import digest


class Launch(Record, table=True):
    """One launch link. Its random key is sealed at rest and found by its digest."""

    __tablename__ = "launches"

    id: str = key()
    order_key: str = reference("orders.id")
    secret: str = sealed_text()
    secret_digest: str = Field(unique=True, max_length=64)
    created_by: str | None = reference("users.id", optional=True, index=False)
    created_at: datetime = moment(now)
    expires_at: datetime = moment(now)


def launch_by_secret(session: Session, secret: str) -> Launch | None:
    """The launch link with this key, expired or not."""
    query = select(Launch).where(Launch.secret_digest == digest(secret))
    return session.exec(query).one_or_none()


def launches_of(session: Session, order_key: str) -> list[Launch]:
    """The launch links of an order, oldest first."""
    query = select(Launch).where(Launch.order_key == order_key).order_by(col(Launch.id))
    return list(session.exec(query).all())


def has_launches(session: Session, order_key: str) -> bool:
    """Whether a launch link was ever made for an order."""
    query = select(Launch.id).where(Launch.order_key == order_key)
    return session.exec(query.limit(1)).first() is not None
