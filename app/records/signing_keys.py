"""The desk's own key for signing evidence: Ed25519, its private half encrypted at rest."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, encrypted_bytes, key, timestamp


class SigningKey(Record, table=True):
    """One key pair. `public` is 64 hex digits; the oldest row is the one that signs."""

    __tablename__ = "signing_keys"

    id: str = key()
    public: str = Field(unique=True, max_length=64)
    private: bytes = encrypted_bytes()
    made_at: datetime = timestamp(now)


def signing_key(session: Session) -> SigningKey | None:
    """The key that signs; None before the first bundle was asked for."""
    return session.exec(select(SigningKey).order_by(col(SigningKey.id)).limit(1)).first()
