"""Refunds: documented here, performed elsewhere. The gateway has no such call.

The database itself holds that nobody approves their own: who wrote a proposal and who approved it
stand in one table in which a person has one part only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BindParameter, CheckConstraint, Index, func, text, update
from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.clock import now
from app.records.cases import Case
from app.records.columns import (
    REASON_LENGTH,
    Record,
    enum_column,
    key,
    reference,
    timestamp,
)
from app.records.orders import Order
from app.records.shops import Environment

REFERENCE_LENGTH = 80
"""Characters of what names the payment elsewhere: a transfer's or a gift's number."""


class Means(StrEnum):
    """How the money goes back."""

    BANK_TRANSFER = "bank-transfer"
    GIFT_REISSUE = "gift-reissue"
    CASH = "cash"
    OTHER = "other"


class RefundState(StrEnum):
    """How far a refund is. `approved` means: documented as paid out."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class Part(StrEnum):
    """What a person did with a refund."""

    AUTHOR = "author"
    APPROVER = "approver"


OPEN_PROPOSAL = "state = 'proposed'"
"""Which refunds wait for a second person, as the index says it."""


class Refund(Record, table=True):
    """One refund of one order, in yen. `version` counts its edits.

    `digest` is of what was first proposed and known then, empty once that was edited; of one that
    is approved, of what its approver was shown.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="ck_refunds_amount"),
        CheckConstraint(
            "state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_refunds_two_people",
        ),
        Index("ix_refunds_decided", "state", "decided_at"),
        Index(
            "ix_refunds_one_proposal",
            "order_key",
            unique=True,
            sqlite_where=text(OPEN_PROPOSAL),
            postgresql_where=text(OPEN_PROPOSAL),
        ),
    )

    id: str = key()
    case_key: str = reference("cases.id")
    order_key: str = reference("orders.id")
    amount: int
    means: Means = enum_column(Means)
    payout_reference: str = Field(max_length=REFERENCE_LENGTH)
    receipt_key: str | None = reference("attachments.id", optional=True)
    state: RefundState = enum_column(RefundState, RefundState.PROPOSED)
    version: int = 1
    proposed_by: str = reference("users.id", index=False)
    proposed_at: datetime = timestamp(now)
    decided_by: str | None = reference("users.id", optional=True, index=False)
    decided_at: datetime | None = timestamp()
    reason: str = Field(default="", max_length=REASON_LENGTH)
    digest: str = Field(default="", max_length=64)


class RefundPerson(Record, table=True):
    """What part a person has in a refund: one, and for good."""

    __tablename__ = "refund_people"

    refund_key: str = Field(primary_key=True, foreign_key="refunds.id", max_length=32)
    user_key: str = Field(primary_key=True, foreign_key="users.id", max_length=32)
    part: Part = enum_column(Part)


def refunds_of(session: Session, case_key: str) -> Sequence[Refund]:
    """The refunds of a case, oldest first."""
    query = select(Refund).where(Refund.case_key == case_key).order_by(col(Refund.id))
    return session.exec(query).all()


def locked_refund(session: Session, case_key: str, refund_key: str) -> Refund | None:
    """A refund of this case as it is now; nobody else changes it meanwhile."""
    query = select(Refund).where(Refund.id == refund_key, Refund.case_key == case_key)
    locked = query.with_for_update(key_share=True)
    return session.exec(locked.execution_options(populate_existing=True)).one_or_none()


def authors_of(session: Session, refund_keys: Collection[str]) -> set[tuple[str, str]]:
    """Who proposed or edited these refunds: pairs of a refund's and a user's key."""
    query = select(RefundPerson.refund_key, RefundPerson.user_key).where(
        col(RefundPerson.refund_key).in_(refund_keys), RefundPerson.part == Part.AUTHOR
    )
    return set(session.exec(query))


def spoken_for(session: Session, order_key: str, but: str = "") -> int:
    """Yen of an order that are proposed or approved to go back, without those of one refund."""
    query = select(func.sum(Refund.amount)).where(
        Refund.order_key == order_key, Refund.state != RefundState.REFUSED, Refund.id != but
    )
    return int(session.exec(query).one() or 0)


def decide(session: Session, refund: Refund, values: dict[str, object]) -> bool:
    """Decide a proposal if it is still the version read; False when it is not."""
    still = (
        col(Refund.id) == refund.id,
        col(Refund.state) == RefundState.PROPOSED,
        col(Refund.version) == refund.version,
    )
    decided = update(Refund).where(*still).values(values)
    return session.connection().execute(decided).rowcount == 1


def approved_between(
    session: Session, environment: Environment, since: datetime, before: datetime
) -> Sequence[tuple[Refund, Order]]:
    """What was documented as paid out within a span of time, with its order, oldest first."""
    query = (
        select(Refund, Order)
        .join(Order, col(Order.id) == col(Refund.order_key))
        .where(
            # Wrapped: no index of all orders of the environment helps here.
            func.coalesce(Order.environment, "") == environment,
            Refund.state == RefundState.APPROVED,
            col(Refund.decided_at) >= since,
            col(Refund.decided_at) < before,
        )
    )
    return session.exec(query.order_by(col(Refund.decided_at), col(Refund.id))).all()


def waiting_for(approver: str | BindParameter[str]) -> SelectOfScalar[str]:
    """The cases with a refund that waits and that this person neither proposed nor edited."""
    is_author = select(RefundPerson.refund_key).where(
        RefundPerson.user_key == approver, RefundPerson.part == Part.AUTHOR
    )
    return select(Refund.case_key).where(
        text(f"refunds.{OPEN_PROPOSAL}"), col(Refund.id).not_in(is_author)
    )


def proposed_refunds(
    session: Session, environments: Collection[Environment], limit: int
) -> Sequence[tuple[Refund, Case]]:
    """Refunds that wait for a second person, with their cases, oldest first."""
    query = select(Refund, Case).join(Case, col(Case.id) == col(Refund.case_key))
    waiting = (text(f"refunds.{OPEN_PROPOSAL}"), col(Case.environment).in_(environments))
    return session.exec(query.where(*waiting).order_by(col(Refund.id)).limit(limit)).all()
