"""What people do in a case, one function for each. Every deed leaves a line in its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session, col, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.validation_errors import ValidationErrors
from app.protocol.words import N_, Words
from app.records.accounts import User, user_by_email
from app.records.cases import (
    TEXT_LENGTH,
    Case,
    CaseEvent,
    CaseState,
    Deed,
    case_of,
    locked_case,
    mark_closed,
    order_keys_of,
    orders_of_case,
)
from app.records.refunds import Refund, RefundState

TEXT_NEEDED = N_("Write something: it is kept in the case with your name.")
TEXT_TOO_LONG = N_("This is too long: at most 4,000 characters.")
NO_SUCH_PERSON = N_("Nobody who may sign in has this e-mail address.")
IS_CLOSED = N_("This case is closed. Reopen it first, with a reason.")
NOT_CLOSED = N_("This case is not closed.")
PROPOSAL_OPEN = N_("A proposed refund waits for a second person. It is approved or refused first.")
NOT_DECIDED = N_("Write down the decision first: a case is closed with one.")
REASON_NEEDED = N_("Say why: it is recorded with your name.")


class CaseRefused(ValidationErrors):
    """What was asked for is not possible with these values, or in this state of the case.

    What is about the case and no field of a form stands under `case`.
    """


class NoSuchCase(LookupError):
    """There is no case, or none of its parts, with this key."""


def record_deed(
    session: Session,
    case: Case,
    actor: Actor,
    deed: Deed,
    text: str = "",
    *,
    order_key: str | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Write a deed into the case's history and into the audit log."""
    session.add(
        CaseEvent(
            case_key=case.id,
            deed=deed,
            user_key=actor.user_key,
            email=actor.email,
            text=text,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )
    # What came late has been seen by somebody.
    case.stirred_at = None
    session.add(case)
    record_action(session, actor, f"case-{deed}", order_key=order_key, subject=case.name, **detail)


@contextmanager
def working_on(desk: Desk, key: str, *, closed: bool = False) -> Iterator[tuple[Session, Case]]:
    """A transaction in which nobody else changes this case. Raises NoSuchCase, CaseRefused.

    `closed`: whether it has to be a closed one. Its orders are locked before the case, as whatever
    comes late about one of them does.
    """
    with desk.database.writing() as session:
        found = case_of(session, key)
        if found is None:
            raise NoSuchCase(key)
        orders_of_case(session, found.id, locked=True)
        case = locked_case(session, found.id)
        if case is None:
            raise NoSuchCase(key)
        if (case.state is CaseState.CLOSED) is not closed:
            raise CaseRefused({"case": NOT_CLOSED if closed else IS_CLOSED})
        yield session, case


def add_note(desk: Desk, actor: Actor, key: str, text: str) -> None:
    """Keep a note."""
    given = checked_text("Text", text)
    with working_on(desk, key) as (session, case):
        record_deed(session, case, actor, Deed.NOTE, given)


def assign(desk: Desk, actor: Actor, key: str, email: str, due_at: datetime | None) -> None:
    """Say who sees to it and until when; an empty `email` takes it from whoever has it."""
    with working_on(desk, key) as (session, case):
        person = _person(session, email)
        case.assignee_key, case.due_at = person.id if person else None, due_at
        due = due_at.isoformat() if due_at else ""
        to = person.email if person else ""
        record_deed(session, case, actor, Deed.ASSIGNED, assignee=to, due=due)


def _person(session: Session, email: str) -> User | None:
    if not email.strip():
        return None
    person = user_by_email(session, email)
    if person is None or person.disabled_at is not None:
        raise CaseRefused({"Assignee": NO_SUCH_PERSON})
    return person


def decide_case(desk: Desk, actor: Actor, key: str, text: str) -> None:
    """Write down what was found and decided."""
    given = checked_text("Text", text)
    with working_on(desk, key) as (session, case):
        if waits_for_second_person(session, case):
            raise CaseRefused({"case": PROPOSAL_OPEN})
        case.state, case.decision = CaseState.DECIDED, given
        case.decided_by, case.decided_at = actor.user_key, now()
        record_deed(session, case, actor, Deed.DECIDED, given)


def close_case(desk: Desk, actor: Actor, key: str) -> None:
    """End it. Whatever comes about its orders from now on reopens it."""
    with working_on(desk, key) as (session, case):
        if waits_for_second_person(session, case):
            raise CaseRefused({"case": PROPOSAL_OPEN})
        if case.state is not CaseState.DECIDED:
            raise CaseRefused({"case": NOT_DECIDED})
        case.state, case.closed_at = CaseState.CLOSED, now()
        mark_closed(session, order_keys_of(session, case.id), case.closed_at)
        record_deed(session, case, actor, Deed.CLOSED)


def reopen_case(desk: Desk, actor: Actor, key: str, reason: str) -> None:
    """Take it up again, with a reason."""
    if not reason.strip():
        raise CaseRefused({"Reason": REASON_NEEDED})
    given = checked_text("Reason", reason)
    with working_on(desk, key, closed=True) as (session, case):
        case.state, case.closed_at = CaseState.OPEN, None
        record_deed(session, case, actor, Deed.REOPENED, given)


def keep_reply(desk: Desk, actor: Actor, key: str, text: str, language: str) -> None:
    """Keep what the customer was told, as it was sent. The desk itself sends nothing."""
    given = checked_text("Text", text)
    with working_on(desk, key) as (session, case):
        record_deed(session, case, actor, Deed.REPLIED, given, language=language)


def note_print(desk: Desk, actor: Actor, case: Case) -> None:
    """Write down that somebody takes the evidence out, in whatever state the case is.

    Once, however often they reload the page.
    """
    with desk.database.writing() as session:
        query = select(CaseEvent).where(CaseEvent.case_key == case.id)
        last = session.exec(query.order_by(col(CaseEvent.id).desc()).limit(1)).first()
        if last and (last.deed, last.user_key) == (Deed.PRINTED, actor.user_key):
            return
        event = CaseEvent(case_key=case.id, deed=Deed.PRINTED, email=actor.email)
        event.user_key = actor.user_key
        session.add(event)
        record_action(session, actor, f"case-{Deed.PRINTED}", subject=case.name)


def checked_text(field: str, text: str) -> str:
    """What was typed, with the line ends of this side. Raises CaseRefused."""
    given = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    problem: Words | None = None
    if not given:
        problem = TEXT_NEEDED
    elif len(given) > TEXT_LENGTH:
        problem = TEXT_TOO_LONG
    if problem:
        raise CaseRefused({field: problem})
    return given


def waits_for_second_person(session: Session, case: Case) -> bool:
    """Whether a refund of this case is proposed and not decided."""
    open_ones = select(Refund.id).where(
        Refund.case_key == case.id, col(Refund.state) == RefundState.PROPOSED
    )
    return session.exec(open_ones.limit(1)).first() is not None
