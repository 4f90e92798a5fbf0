"""A new gateway address of a production shop, as one administrator has proposed it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import Record, encrypted_text, key, reference, timestamp


class GatewayProposal(Record, table=True):
    """What waits for a second administrator. `password`: typed for this address alone."""

    __tablename__ = "gateway_proposals"

    id: str = key()
    # One at a time: the next takes the place of the one before.
    shop_key: str = Field(foreign_key="shops.id", unique=True, max_length=32)
    gateway_url: str = Field(max_length=200)
    password: str = encrypted_text()
    proposed_by: str = reference("users.id", index=False)
    proposed_at: datetime = timestamp(now)


def proposal_of(session: Session, shop_key: str) -> GatewayProposal | None:
    """What waits for approval of this shop."""
    mine = select(GatewayProposal).where(GatewayProposal.shop_key == shop_key)
    return session.exec(mine).one_or_none()


def take_proposal(session: Session, shop_key: str, key: str) -> GatewayProposal | None:
    """Take exactly this proposal away, and give it; None where another stands, or none any more."""
    found = proposal_of(session, shop_key)
    if found is None or found.id != key:
        return None
    # Of two who decide at once one finds it.
    session.expunge(found)
    gone = session.exec(delete(GatewayProposal).where(col(GatewayProposal.id) == key))
    return found if gone.rowcount == 1 else None


def drop_proposals(session: Session, shop_key: str) -> None:
    """Nothing waits for approval of this shop any more."""
    session.exec(delete(GatewayProposal).where(col(GatewayProposal.shop_key) == shop_key))
