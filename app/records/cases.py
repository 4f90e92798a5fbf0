"""Cases: investigations about orders, with everything that people did in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, func, text, update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import (
    EMAIL_LENGTH,
    Record,
    encrypted_bytes,
    enum_column,
    key,
    reference,
    timestamp,
)
from app.records.orders import Order
from app.records.shops import Environment

SUBJECT_LENGTH = 120
"""Characters of a case's subject."""

TEXT_LENGTH = 4000
"""Characters of a note, a decision or an answer to the customer."""


class CaseKind(StrEnum):
    """What is being looked into."""

    STATUS_UNCLEAR = "status-unclear"
    REFUND = "refund"
    PAID_NO_CALLBACK = "paid-no-callback"
    DOUBLE_PAYMENT = "double-payment"
    AMOUNT = "amount"
    TAMPERING = "tampering"
    ID_TROUBLE = "id-trouble"


class CaseState(StrEnum):
    """How far it is. `waiting`: a refund is proposed and a second person has not decided."""

    OPEN = "open"
    WAITING = "waiting"
    DECIDED = "decided"
    CLOSED = "closed"


class Deed(StrEnum):
    """What happened in a case. Nobody signed in did what has no user: the desk itself."""

    OPENED = "opened"
    ORDER_ADDED = "order-added"
    NOTE = "note"
    ASSIGNED = "assigned"
    ATTACHED = "attached"
    REFUND_PROPOSED = "refund-proposed"
    REFUND_CHANGED = "refund-changed"
    REFUND_APPROVED = "refund-approved"
    REFUND_REFUSED = "refund-refused"
    REPLIED = "replied"
    DECIDED = "decided"
    CLOSED = "closed"
    REOPENED = "reopened"
    PRINTED = "printed"


UNFINISHED = "state <> 'closed'"
"""Which cases may need a person, as the index and a query must both say it."""


class Case(Record, table=True):
    """One investigation. `number` is what people call it by.

    `stirred_at` is when something came after it was closed and reopened it, until a person has
    done something in it since; `stirred_by` names what came (the key of a callback or a change).
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_page", "environment", "id"),
        Index(
            "ix_cases_unfinished",
            *("environment", "due_at", "stirred_at"),
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
    )

    id: str = key()
    number: int = Field(unique=True)
    environment: Environment = enum_column(Environment)
    kind: CaseKind = enum_column(CaseKind)
    state: CaseState = enum_column(CaseState, CaseState.OPEN)
    subject: str = Field(max_length=SUBJECT_LENGTH)
    opened_by: str = reference("users.id", index=False)
    opened_at: datetime = timestamp(now)
    assignee_key: str | None = reference("users.id", optional=True, index=False)
    due_at: datetime | None = timestamp()
    decision: str = Field(default="", max_length=TEXT_LENGTH)
    decided_by: str | None = reference("users.id", optional=True, index=False)
    decided_at: datetime | None = timestamp()
    closed_at: datetime | None = timestamp()
    stirred_at: datetime | None = timestamp()
    stirred_by: str = Field(default="", max_length=32)

    @property
    def name(self) -> str:
        """What people call it: C-000123."""
        return f"C-{self.number:06d}"


class CaseOrder(Record, table=True):
    """An order that a case is about."""

    __tablename__ = "case_orders"
    __table_args__ = (UniqueConstraint("case_key", "order_key"),)

    id: str = key()
    case_key: str = reference("cases.id", index=False)
    order_key: str = reference("orders.id")


class CaseEvent(Record, table=True):
    """One thing that happened in a case (append-only). `detail` is JSON without secrets.

    The e-mail stands here as it was, so that the history tells the same when a person is gone.
    """

    __tablename__ = "case_events"

    id: str = key()
    case_key: str = reference("cases.id")
    at: datetime = timestamp(now)
    deed: Deed = enum_column(Deed)
    user_key: str | None = reference("users.id", optional=True, index=False)
    email: str = Field(default="", max_length=EMAIL_LENGTH)
    text: str = Field(default="", max_length=TEXT_LENGTH)
    detail: str = "{}"


class Attachment(Record, table=True):
    """A file of a case: kept in the database, so that each process has it and a backup too.

    `kind` is what its bytes say it is. `size` in bytes, `sha256` of the content.
    """

    __tablename__ = "attachments"

    id: str = key()
    case_key: str = reference("cases.id")
    name: str = Field(max_length=120)
    kind: str = Field(max_length=8)
    size: int
    sha256: str = Field(max_length=64)
    added_by: str = reference("users.id", index=False)
    added_at: datetime = timestamp(now)


class AttachmentContent(Record, table=True):
    """The bytes of an attachment: apart, since lists read none of them."""

    __tablename__ = "attachment_contents"

    id: str = Field(primary_key=True, foreign_key="attachments.id", max_length=32)
    content: bytes = encrypted_bytes()


class AttachmentPreview(Record, table=True):
    """A small picture of an attached image, made anew: a PNG, and its sides in pixels."""

    __tablename__ = "attachment_previews"

    id: str = Field(primary_key=True, foreign_key="attachments.id", max_length=32)
    content: bytes = encrypted_bytes()
    width: int
    height: int


def case_of(session: Session, key: str) -> Case | None:
    """The case with this key, or with this number as people say it (C-000123, 123)."""
    found = session.get(Case, key)
    digits = key.upper().removeprefix("C-")
    if found or not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return found
    return session.exec(select(Case).where(Case.number == int(digits))).one_or_none()


def next_number(session: Session) -> int:
    """The number after the greatest. Two processes may ask at once: it is unique."""
    return (session.exec(select(func.max(Case.number))).one() or 0) + 1


def locked_case(session: Session, case_key: str) -> Case | None:
    """The case as it is now; nobody else changes it before this transaction ends."""
    query = select(Case).where(Case.id == case_key).with_for_update(key_share=True)
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def order_keys_of(session: Session, case_key: str) -> Sequence[str]:
    """The keys of a case's orders, in the order in which they were added."""
    query = select(CaseOrder.order_key).where(CaseOrder.case_key == case_key)
    return session.exec(query.order_by(col(CaseOrder.id))).all()


def orders_of_case(session: Session, case_key: str, *, locked: bool = False) -> Sequence[Order]:
    """A case's orders in the order in which they were added; `locked` by their keys."""
    keys = order_keys_of(session, case_key)
    query = select(Order).where(col(Order.id).in_(keys)).order_by(col(Order.id))
    if locked:
        query = query.with_for_update(key_share=True)
        query = query.execution_options(populate_existing=True)
    found = {order.id: order for order in session.exec(query)}
    return [found[key] for key in keys if key in found]


def events_of(session: Session, case_key: str) -> Sequence[CaseEvent]:
    """What happened in a case, oldest first."""
    query = select(CaseEvent).where(CaseEvent.case_key == case_key)
    return session.exec(query.order_by(col(CaseEvent.id))).all()


def attachments_of(session: Session, case_key: str) -> Sequence[Attachment]:
    """The files of a case, oldest first."""
    query = select(Attachment).where(Attachment.case_key == case_key)
    return session.exec(query.order_by(col(Attachment.id))).all()


def preview_sizes(session: Session, case_key: str) -> Mapping[str, tuple[int, int]]:
    """Width and height of the previews of a case's files that have one, by the file's key."""
    size = (AttachmentPreview.id, AttachmentPreview.width, AttachmentPreview.height)
    query = select(*size).join(Attachment).where(Attachment.case_key == case_key)
    return {file: (width, height) for file, width, height in session.exec(query)}


def cases_about(session: Session, order_keys: Collection[str]) -> Sequence[Case]:
    """The cases about any of these orders, oldest first."""
    keys = select(CaseOrder.case_key).where(col(CaseOrder.order_key).in_(order_keys))
    return session.exec(select(Case).where(col(Case.id).in_(keys)).order_by(col(Case.id))).all()


def closed_cases_about(session: Session, order_key: str) -> Sequence[Case]:
    """The closed cases about an order, locked."""
    keys = select(CaseOrder.case_key).where(CaseOrder.order_key == order_key)
    query = select(Case).where(col(Case.id).in_(keys), Case.state == CaseState.CLOSED)
    return session.exec(query.order_by(col(Case.id)).with_for_update(key_share=True)).all()


def mark_closed(session: Session, order_keys: Collection[str], at: datetime | None) -> None:
    """Note on these orders that a case about them was closed, or (None) that none is any more."""
    marked = update(Order).where(col(Order.id).in_(order_keys))
    session.connection().execute(marked.values(case_closed_at=at))
