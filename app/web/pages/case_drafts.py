"""What the form of a new case is filled with: all that is known of the row it is opened from."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from app.desk.batches.verdicts import Verdict, Why
from app.desk.cases.opening import CaseDraft, written
from app.protocol.words import say
from app.records.batch_cases import line_of
from app.records.batches import BatchItem
from app.records.callbacks import Callback
from app.records.cases import SUBJECT_LENGTH, CaseKind
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.web.presentation.batches import sentence_of

_KINDS: Mapping[Verdict, CaseKind] = {
    Verdict.BOOK_PAID_NOT_HERE: CaseKind.STATUS_UNCLEAR,
    Verdict.PAID_NOT_IN_BOOK: CaseKind.PAID_NO_CALLBACK,
    Verdict.AMOUNT_DIFFERS: CaseKind.AMOUNT,
    Verdict.STATUS_DIFFERS: CaseKind.STATUS_UNCLEAR,
    Verdict.NOT_REGISTERED: CaseKind.STATUS_UNCLEAR,
}
"""Which case a row of a grid is likely to be, by its verdict."""


def draft_from(session: Session, query: Mapping[str, str], language: str) -> CaseDraft:
    """What a case about this row would be: the kind that fits what is known of it."""
    kind, order_key, subject = query.get("kind", ""), query.get("order", ""), ""
    number, row = query.get("OrderID", ""), query.get("row", "")
    if callback := session.get(Callback, query.get("callback", "")):
        order_key = order_key or callback.order_key or ""
        doubted = callback.verdict and callback.verdict != "verified"
        kind = kind or (CaseKind.TAMPERING if doubted else "")
    if exchange := session.get(Exchange, query.get("lookup", "")):
        order_key = order_key or exchange.order_key or ""
    if line := line_of(session, row):
        item = line.item
        order_key, number = order_key or item.order_key or "", item.order_id
        kind = kind or _kind_of(item)
        subject = say(language, sentence_of(item))[:SUBJECT_LENGTH]
    order = session.get(Order, order_key) if order_key else None
    if order is None:
        return CaseDraft(kind, subject, number, row)
    return CaseDraft(kind or _likely(order), subject, written(session, order), row)


def _kind_of(item: BatchItem) -> str:
    if item.why == Why.NEVER_HEARD:
        return CaseKind.PAID_NO_CALLBACK
    return _KINDS.get(Verdict(item.verdict), "")


def _likely(order: Order) -> CaseKind:
    if order.conflict in ("amount", "foreign"):
        return CaseKind.AMOUNT
    return CaseKind.REFUND if order.money == "confirmed" else CaseKind.STATUS_UNCLEAR
