"""Purge: the cases about the sandbox's orders, when a person sets it back for the next audience.

No retention comes here: what a case refers to is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from app.records.accounts import IN_A_QUERY
from app.records.cases import (
    Attachment,
    AttachmentContent,
    AttachmentPreview,
    Case,
    CaseEvent,
    CaseOrder,
)
from app.records.refunds import Refund, RefundPerson
from app.records.shops import Environment


def forget_cases(session: Session, order_keys: Sequence[str]) -> None:
    """Take these orders out of the sandbox's cases, and forget the cases that have none left."""
    for start in range(0, len(order_keys), IN_A_QUERY):
        _forget(session, order_keys[start : start + IN_A_QUERY])
    left = exists().where(col(CaseOrder.case_key) == col(Case.id))
    empty = select(Case.id).where(Case.environment == Environment.SANDBOX, ~left)
    gone = session.exec(empty).all()
    for start in range(0, len(gone), IN_A_QUERY):
        _forget_whole(session, gone[start : start + IN_A_QUERY])


def _forget(session: Session, order_keys: Sequence[str]) -> None:
    of_orders = select(Refund.id).where(col(Refund.order_key).in_(order_keys))
    connection = session.connection()
    connection.execute(delete(RefundPerson).where(col(RefundPerson.refund_key).in_(of_orders)))
    connection.execute(delete(Refund).where(col(Refund.order_key).in_(order_keys)))
    connection.execute(delete(CaseOrder).where(col(CaseOrder.order_key).in_(order_keys)))


def _forget_whole(session: Session, case_keys: Sequence[str]) -> None:
    files = select(Attachment.id).where(col(Attachment.case_key).in_(case_keys))
    connection = session.connection()
    for part in (AttachmentContent, AttachmentPreview):
        connection.execute(delete(part).where(col(part.id).in_(files)))
    for table in (Attachment, CaseEvent):
        connection.execute(delete(table).where(col(table.case_key).in_(case_keys)))
    connection.execute(delete(Case).where(col(Case.id).in_(case_keys)))
