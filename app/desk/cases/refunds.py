"""Refunds: proposed by one person, approved by another, documented here and paid out elsewhere.

An approval is bound to the digest of what its approver was shown. Whatever is edited, or comes to
be known of the order, makes another digest, and the approval is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import rfc8785
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.cases.deeds import (
    REASON_NEEDED,
    CaseRefused,
    NoSuchCase,
    record_deed,
    waits_for_second_person,
    working_on,
)
from app.desk.cases.refund_values import (
    RefundDraft,
    check_amount,
    checked_values,
    confirmed_yen,
    refundable,
)
from app.desk.context import Actor, Desk
from app.desk.permissions import NotPermitted, Permission, demand
from app.protocol.words import N_
from app.records.accounts import User
from app.records.cases import Attachment, Case, CaseState, Deed, orders_of_case
from app.records.changes import Change
from app.records.columns import REASON_LENGTH
from app.records.orders import Order
from app.records.refunds import (
    Part,
    Refund,
    RefundPerson,
    RefundState,
    authors_of,
    decide,
    locked_refund,
)

WHICH_ORDER = N_("Choose the order whose money goes back.")
ONE_PROPOSAL = N_("A refund of this order is proposed already. It is approved or refused first.")
DECIDED_BEFORE = N_("This refund has been decided already. Nothing was changed.")
SHOWN_OTHERWISE = N_(
    "This is not what you were shown: the proposal or what is known of the order has changed. Look"
    " at it again; nothing was approved."
)


class NotYours(Exception):
    """Not this person's to decide: they wrote it themselves."""


def propose(desk: Desk, actor: Actor, key: str, draft: RefundDraft) -> str:
    """Propose a refund; its key. Raises CaseRefused."""
    try:
        with working_on(desk, key) as (session, case):
            order = _order(session, case, draft.order)
            values = checked_values(session, case, order, draft)
            refund = Refund(
                case_key=case.id,
                order_key=order.id,
                amount=values.amount,
                means=values.means,
                payout_reference=values.reference,
                receipt_key=values.receipt_key,
                proposed_by=actor.user_key,
            )
            session.add(refund)
            session.flush()
            session.add(
                RefundPerson(refund_key=refund.id, user_key=actor.user_key, part=Part.AUTHOR)
            )
            refund.digest = digest_of(session, refund, order)
            case.state = CaseState.WAITING
            _record(session, case, actor, Deed.REFUND_PROPOSED, refund)
            return refund.id
    except IntegrityError:
        raise CaseRefused({"Amount": ONE_PROPOSAL}) from None


def change(desk: Desk, actor: Actor, key: str, refund_key: str, draft: RefundDraft) -> None:
    """Edit a proposal. Whoever does can no longer approve it, and what was shown is void."""
    with working_on(desk, key) as (session, case):
        refund = _proposed(session, case, refund_key)
        order = session.get_one(Order, refund.order_key)
        values = checked_values(session, case, order, draft, refund.id)
        refund.amount, refund.means = values.amount, values.means
        refund.payout_reference, refund.receipt_key = values.reference, values.receipt_key
        refund.version, refund.digest = refund.version + 1, ""
        session.add(refund)
        if (refund.id, actor.user_key) not in authors_of(session, [refund.id]):
            session.add(
                RefundPerson(refund_key=refund.id, user_key=actor.user_key, part=Part.AUTHOR)
            )
        _record(session, case, actor, Deed.REFUND_CHANGED, refund)


def approve(desk: Desk, actor: Actor, key: str, refund_key: str, shown: str) -> None:
    """Document a refund as paid out, as somebody who had no part in its proposal.

    `shown`: the digest of what this person was shown; empty: they mean what was first proposed, and
    that has to stand unchanged, with all that was known of its order then. Raises NotYours,
    CaseRefused, NotPermitted, and in production FactorNeeded.
    """
    try:
        with working_on(desk, key) as (session, case):
            refund = _refund(session, case, refund_key)
            _hold_against(session, case, refund, actor)
            if refund.state is not RefundState.PROPOSED:
                raise CaseRefused({"case": DECIDED_BEFORE})
            order = session.get_one(Order, refund.order_key)
            shown = shown or refund.digest
            if shown != digest_of(session, refund, order):
                raise CaseRefused({"case": SHOWN_OTHERWISE})
            check_amount(session, order, refund.amount, refund.id)
            session.add(
                RefundPerson(refund_key=refund.id, user_key=actor.user_key, part=Part.APPROVER)
            )
            session.flush()
            _decide(session, case, actor, refund, RefundState.APPROVED, digest=shown)
            _record(session, case, actor, Deed.REFUND_APPROVED, refund, digest=shown)
    except IntegrityError:
        # The database's own word, should ours ever fail: one part for each person.
        raise NotYours(refund_key) from None


def refuse(desk: Desk, actor: Actor, key: str, refund_key: str, reason: str) -> None:
    """Refuse a proposal, or take one's own back, with a reason.

    Raises CaseRefused, NotPermitted, FactorNeeded.
    """
    given = reason.strip()[:REASON_LENGTH]
    if not given:
        raise CaseRefused({"Reason": REASON_NEEDED})
    with working_on(desk, key) as (session, case):
        refund = _proposed(session, case, refund_key)
        is_author = (refund.id, actor.user_key) in authors_of(session, [refund.id])
        if not is_author:
            _demand_now(session, case, actor)
        _decide(session, case, actor, refund, RefundState.REFUSED, reason=given)
        _record(session, case, actor, Deed.REFUND_REFUSED, refund, reason=given)


def digest_of(session: Session, refund: Refund, order: Order) -> str:
    """What an approval is bound to: the proposal, and all that is known of its order."""
    receipt = session.get(Attachment, refund.receipt_key) if refund.receipt_key else None
    last = select(Change.id).where(Change.order_key == order.id).order_by(col(Change.id).desc())
    shown: dict[str, str | int | None] = {
        "refund": refund.id,
        "version": refund.version,
        "amount": refund.amount,
        "means": refund.means,
        "reference": refund.payout_reference,
        "receipt": receipt.sha256 if receipt else None,
        "order": order.id,
        "order_status": order.status,
        "money": order.money,
        "confirmed": confirmed_yen(order),
        "refundable": refundable(session, order, refund.id),
        "last_change": session.exec(last.limit(1)).first(),
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()


def _hold_against(session: Session, case: Case, refund: Refund, actor: Actor) -> None:
    """Whether this person may approve it, by what the database says now. Raises NotYours,
    NotPermitted, FactorNeeded."""
    if (refund.id, actor.user_key) in authors_of(session, [refund.id]):
        raise NotYours(refund.id)
    _demand_now(session, case, actor)


def _demand_now(session: Session, case: Case, actor: Actor) -> None:
    # Not as the request began but now: a role may have changed in between.
    query = select(User).where(User.id == actor.user_key).with_for_update(read=True)
    person = session.exec(query.execution_options(populate_existing=True)).one()
    if person.disabled_at is not None:
        raise NotPermitted(person.email)
    demand(replace(actor, role=person.role), Permission.APPROVE_REFUND, case.environment)


def _decide(
    session: Session, case: Case, actor: Actor, refund: Refund, state: RefundState, **more: str
) -> None:
    values = {"state": state, "decided_by": actor.user_key, "decided_at": now(), **more}
    if not decide(session, refund, values):
        raise CaseRefused({"case": DECIDED_BEFORE})
    session.refresh(refund)
    if not waits_for_second_person(session, case):
        case.state = CaseState.OPEN


def _record(
    session: Session, case: Case, actor: Actor, deed: Deed, refund: Refund, **more: str
) -> None:
    text = more.pop("reason", "")
    record_deed(
        session,
        case,
        actor,
        deed,
        text,
        order_key=refund.order_key,
        refund=refund.id,
        amount=refund.amount,
        means=refund.means,
        reference=refund.payout_reference,
        **more,
    )


def _refund(session: Session, case: Case, refund_key: str) -> Refund:
    refund = locked_refund(session, case.id, refund_key)
    if refund is None:
        raise NoSuchCase(refund_key)
    return refund


def _proposed(session: Session, case: Case, refund_key: str) -> Refund:
    refund = _refund(session, case, refund_key)
    if refund.state is not RefundState.PROPOSED:
        raise CaseRefused({"case": DECIDED_BEFORE})
    return refund


def _order(session: Session, case: Case, named: str) -> Order:
    orders = orders_of_case(session, case.id)
    if not named and len(orders) == 1:
        return orders[0]
    found = [order for order in orders if named in (order.id, order.order_id)]
    if len(found) != 1:
        raise CaseRefused({"Order": WHICH_ORDER})
    return found[0]
