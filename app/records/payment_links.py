"""Payment links: addresses that send a customer to pay one order."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, encrypted_text, key, reference, timestamp
from app.records.keys import digest


class PaymentLink(Record, table=True):
    """One payment link. Its random key is encrypted at rest and found by its digest."""

    __tablename__ = "payment_links"

    id: str = key()
    order_key: str = reference("orders.id")
    secret: str = encrypted_text()
    secret_digest: str = Field(unique=True, max_length=64)
    created_by: str | None = reference("users.id", optional=True, index=False)
    created_at: datetime = timestamp(now)
    expires_at: datetime = timestamp(now)


def payment_link_by_secret(session: Session, secret: str) -> PaymentLink | None:
    """The payment link with this key, expired or not."""
    query = select(PaymentLink).where(PaymentLink.secret_digest == digest(secret))
    return session.exec(query).one_or_none()


def payment_links_of(session: Session, order_key: str) -> list[PaymentLink]:
    """The payment links of an order, oldest first."""
    query = (
        select(PaymentLink).where(PaymentLink.order_key == order_key).order_by(col(PaymentLink.id))
    )
    return list(session.exec(query).all())


def has_payment_links(session: Session, order_key: str) -> bool:
    """Whether a payment link was ever made for an order."""
    query = select(PaymentLink.id).where(PaymentLink.order_key == order_key)
    return session.exec(query.limit(1)).first() is not None
