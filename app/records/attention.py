"""What needs a person: the one definition, for every figure and every list that shows it.

One entry an order. It leaves by a fact or by somebody's word, never by its age.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, func, text
from sqlmodel import Session, col, select

from app.protocol.statuses import Status
from app.records.derived_columns import WATCHED
from app.records.families import OPEN
from app.records.orders import UNKNOWN, Order, Source, is_first_met
from app.records.shops import Environment


class Kind(StrEnum):
    """Why it needs a person, the most urgent first."""

    # Another order of the same customer was paid before it (`app.records.families`).
    DOUBLE_PAYMENT = "double-payment"
    CONFLICT = "conflict"
    # A result that proves nothing has named it since anybody spoke of it.
    UNPROVEN = "unproven-result"
    # EntryTran or ExecTran went unanswered, and no lookup has answered since.
    UNANSWERED = "unanswered-call"
    # Verified callbacks are all that speaks for it.
    FIRST_MET = "first-met"
    # Results that could not be stored: of no order that anybody could name.
    LOST = "lost-results"
    # Somebody tries many doors: refusals and failed sign-ins, one after another.
    BURST = "refusal-burst"
    # Results that a shop passed on: nothing signs them, and no order here has them.
    UNPROVEN_COPY = "unproven-copy"
    # A closed case that something reopened, and one whose time is over.
    CASE_REOPENED = "case-reopened"
    CASE_OVERDUE = "case-overdue"
    # A case with a refund that whoever looks may approve.
    REFUND = "refund-to-approve"


def needs_attention(quiet_since: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether an order needs a person.

    Of an order that was spoken of after `quiet_since` unproven results do not count yet: the
    gateway may not be asked again so soon.
    """
    # The first half is what the index says, the second what it leaves open.
    in_the_dark = (col(Order.status) == UNKNOWN) & (
        col(Order.source).in_((Source.ENTRY, Source.EXEC)) | is_first_met()
    )
    return text(f"({WATCHED})") & (  # type: ignore[no-any-return]
        (col(Order.double_payment) == OPEN)
        | col(Order.conflict).is_not(None)
        | in_the_dark
        | col(Order.spoken_at).is_(None)
        | (col(Order.spoken_at) <= quiet_since)
    )


def waits_for_word(order: Order) -> bool:
    """Whether a result that proves nothing has named the order since anybody spoke of it."""
    if order.unproven_at is None or order.status == Status.PAYSUCCESS:
        return False
    return order.spoken_at is None or order.unproven_at > order.spoken_at


def kind_of(order: Order, quiet_since: datetime) -> Kind | None:
    """Why this order needs a person; None: it needs none. The same as `needs_attention`."""
    if order.double_payment == OPEN:
        return Kind.DOUBLE_PAYMENT
    if order.conflict is not None:
        return Kind.CONFLICT
    is_quiet = order.spoken_at is not None and order.spoken_at > quiet_since
    if waits_for_word(order) and not is_quiet:
        return Kind.UNPROVEN
    if order.status != UNKNOWN:
        return None
    if order.source in (Source.ENTRY, Source.EXEC):
        return Kind.UNANSWERED
    return Kind.FIRST_MET if order.first_met else None


# Built once: every page asks for it.
_NUMBER = (
    select(func.count())
    .select_from(Order)
    .where(Order.environment == bindparam("environment"), needs_attention(bindparam("quiet_since")))
)


def number_in_attention(session: Session, environment: Environment, quiet_since: datetime) -> int:
    """How many orders of an environment need a person."""
    asked = {"environment": environment, "quiet_since": quiet_since}
    return session.exec(_NUMBER, params=asked).one()


def most_urgent(
    session: Session, environment: Environment, quiet_since: datetime, limit: int
) -> Sequence[Order]:
    """Orders that need a person: those paid twice, conflicts, then those of a known status; the
    newest first."""
    is_dark = col(Order.status) == UNKNOWN
    twice = (col(Order.double_payment) == OPEN, -1)
    urgency = case(twice, (col(Order.conflict).is_not(None), 0), (is_dark, 2), else_=1)
    order_by = (urgency, col(Order.id).desc())
    # By key, so that only those that are shown are read beyond the index.
    keys = select(Order.id).where(Order.environment == environment)
    keys = keys.where(needs_attention(quiet_since)).order_by(*order_by).limit(limit)
    query = select(Order).where(col(Order.id).in_(keys))
    return session.exec(query.order_by(*order_by)).all()
