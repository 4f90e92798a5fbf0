"""Passkeys: what a person's devices have told us so that they are recognised."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, key, reference, timestamp

NAME_LENGTH = 60
CREDENTIAL_ID_LENGTH = 1364
"""Characters of a credential's name in base64url: of at most 1,023 bytes."""


class Passkey(Record, table=True):
    """One credential of a person's device. Only its public key is known to us.

    `sign_count`: how often it has signed, as far as its device counts; a copy of it lags behind.
    """

    __tablename__ = "passkeys"

    id: str = key()
    user_key: str = reference("users.id")
    name: str = Field(max_length=NAME_LENGTH)
    credential_id: str = Field(unique=True, max_length=CREDENTIAL_ID_LENGTH)
    public_key: bytes
    sign_count: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime = timestamp(now)
    used_at: datetime | None = timestamp()


def passkeys_of(session: Session, user_key: str) -> Sequence[Passkey]:
    """The passkeys of a person, the oldest first."""
    mine = select(Passkey).where(Passkey.user_key == user_key)
    return session.exec(mine.order_by(col(Passkey.id))).all()
