"""What may be refunded of an order, and what a person types to have it so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.desk.cases.deeds import CaseRefused
from app.desk.orders.search import amount_of
from app.protocol.words import N_, Sentence
from app.records.cases import Attachment, Case
from app.records.orders import Order
from app.records.refunds import REFERENCE_LENGTH, Means, spoken_for

AMOUNT_NEEDED = N_("Enter the amount in yen, in digits.")
TOO_MUCH = N_("At most ¥%(most)s can still be refunded of this order.")
NOTHING_LEFT = N_(
    "Nothing of this order can be refunded: only what a lookup has confirmed, less what is"
    " proposed or documented already."
)
MEANS_NEEDED = N_("Choose how the money goes back.")
REFERENCE_NEEDED = N_("Enter what names the payment: the number of the transfer or of the gift.")
REFERENCE_TOO_LONG = N_("This is too long: at most %(limit)s characters.")
NO_SUCH_FILE = N_("Choose a file of this case.")


@dataclass(frozen=True)
class RefundDraft:
    """What was typed to propose a refund or to change one. `order` is the order's key or OrderID,
    empty where the case has only one; `receipt` a file of the case, or empty."""

    amount: str
    means: str
    reference: str
    order: str = ""
    receipt: str = ""


@dataclass(frozen=True)
class Values:
    """What is wanted, judged and readable."""

    amount: int
    means: Means
    reference: str
    receipt_key: str | None


def refundable(session: Session, order: Order, but: str = "") -> int:
    """Yen of an order that may still be proposed: what is confirmed, less what is spoken for.

    `but`: a refund that does not count, since it is what is being looked at.
    """
    return max(0, confirmed_yen(order) - spoken_for(session, order.id, but))


def confirmed_yen(order: Order) -> int:
    """Amount + Tax in yen that a lookup has confirmed; 0 where none has.

    Of an order whose amount nobody here knows nothing is ever confirmed.
    """
    return (order.total or 0) if order.money == "confirmed" else 0


def checked_values(
    session: Session, case: Case, order: Order, draft: RefundDraft, but: str = ""
) -> Values:
    """What was typed, judged. `but`: the refund that is being changed. Raises CaseRefused."""
    amount = amount_of(draft.amount)
    if not amount:
        raise CaseRefused({"Amount": AMOUNT_NEEDED})
    check_amount(session, order, amount, but)
    try:
        means = Means(draft.means.strip().lower())
    except ValueError:
        raise CaseRefused({"Means": MEANS_NEEDED}) from None
    reference = " ".join(draft.reference.split())
    if not reference:
        raise CaseRefused({"Reference": REFERENCE_NEEDED})
    if len(reference) > REFERENCE_LENGTH:
        words = Sentence(REFERENCE_TOO_LONG, {"limit": REFERENCE_LENGTH})
        raise CaseRefused({"Reference": words})
    return Values(amount, means, reference, _receipt(session, case, draft.receipt))


def check_amount(session: Session, order: Order, amount: int, but: str) -> None:
    """Whether so much can go back. `but`: a refund that does not count. Raises CaseRefused."""
    most = refundable(session, order, but)
    if most == 0:
        raise CaseRefused({"Amount": NOTHING_LEFT})
    if amount > most:
        raise CaseRefused({"Amount": Sentence(TOO_MUCH, {"most": f"{most:,}"})})


def _receipt(session: Session, case: Case, key: str) -> str | None:
    if not key:
        return None
    file = session.get(Attachment, key)
    if file is None or file.case_key != case.id:
        raise CaseRefused({"Receipt": NO_SUCH_FILE})
    return file.id
