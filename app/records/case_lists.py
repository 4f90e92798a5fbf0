"""Lists of cases: in pages, and those that need a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.records.attention import Kind
from app.records.cases import UNFINISHED, Case, CaseEvent, CaseOrder, CaseState, Deed
from app.records.keys import first_key
from app.records.orders import Order
from app.records.paging import Page, Place, page_of
from app.records.refunds import waiting_for
from app.records.shops import Environment


def cases_page(
    session: Session, environment: Environment, state: CaseState | None, place: Place
) -> Page[Case]:
    """One page of an environment's cases, newest first."""
    query = select(Case).where(Case.environment == environment)
    if state:
        query = query.where(Case.state == state)
    return page_of(session, query, col(Case.id), place)


def numbers_in(session: Session, case_keys: Collection[str]) -> Mapping[str, Sequence[Order]]:
    """The orders of these cases, by the case's key."""
    query = (
        select(CaseOrder.case_key, Order)
        .join(Order, col(Order.id) == col(CaseOrder.order_key))
        .where(col(CaseOrder.case_key).in_(case_keys))
    )
    found: dict[str, list[Order]] = {}
    for key, order in session.exec(query.order_by(col(CaseOrder.id))):
        found.setdefault(key, []).append(order)
    return found


def unfinished_by_order(session: Session, order_keys: Collection[str]) -> Mapping[str, Case]:
    """The latest case about each of these orders that is not closed, by the order's key."""
    query = (
        select(CaseOrder.order_key, Case)
        .join(Case, col(Case.id) == col(CaseOrder.case_key))
        .where(col(CaseOrder.order_key).in_(order_keys), Case.state != CaseState.CLOSED)
    )
    return dict(session.exec(query.order_by(col(Case.id))).all()) if order_keys else {}


def _asks_for_somebody(
    at: datetime | BindParameter[datetime], approver: str | BindParameter[str] | None
) -> ColumnElement[bool]:
    """Overdue, or reopened by something that came late and that nobody has seen to; and for an
    approver, by the user's key, with a refund that somebody else proposed."""
    asks = (col(Case.due_at) < at) | col(Case.stirred_at).is_not(None)
    if approver is not None:
        asks |= col(Case.id).in_(waiting_for(approver))
    return text(f"({UNFINISHED})") & asks  # type: ignore[no-any-return]


def kind_of_case(case: Case, at: datetime) -> Kind:
    """Why a case that needs a person does."""
    if case.stirred_at is not None:
        return Kind.CASE_REOPENED
    is_overdue = case.due_at is not None and case.due_at < at
    return Kind.CASE_OVERDUE if is_overdue else Kind.REFUND


def cases_in_attention(
    session: Session,
    environment: Environment,
    at: datetime,
    limit: int,
    approver: str | None = None,
) -> Sequence[Case]:
    """The cases that need a person: those reopened first, then the longest overdue; for an
    approver those too whose refund waits for one."""
    query = select(Case).where(Case.environment == environment, _asks_for_somebody(at, approver))
    order_by = (col(Case.stirred_at).is_(None), col(Case.due_at), col(Case.id))
    return session.exec(query.order_by(*order_by).limit(limit)).all()


def _number(approver: BindParameter[str] | None) -> SelectOfScalar[int]:
    query = select(func.count()).select_from(Case)
    asks = _asks_for_somebody(bindparam("at"), approver)
    return query.where(Case.environment == bindparam("environment"), asks)


# Built once: every page asks for one of them.
_NUMBER, _NUMBER_FOR_APPROVER = _number(None), _number(bindparam("approver"))


def number_of_cases_in_attention(
    session: Session, environment: Environment, at: datetime, approver: str | None = None
) -> int:
    """How many cases of an environment need a person; for an approver, with refunds that wait."""
    asked = {"environment": environment, "at": at}
    if approver is None:
        return session.exec(_NUMBER, params=asked).one()
    return session.exec(_NUMBER_FOR_APPROVER, params={**asked, "approver": approver}).one()


def assigned_since(
    session: Session, environments: Collection[Environment], since: datetime, limit: int
) -> Sequence[tuple[CaseEvent, Case]]:
    """Cases that somebody has given to somebody else since then, with what happened: each to whom
    it belongs now."""
    query = select(CaseEvent, Case).join(Case, col(Case.id) == col(CaseEvent.case_key))
    given = (
        col(CaseEvent.id) >= first_key(since),
        CaseEvent.deed == Deed.ASSIGNED,
        col(Case.assignee_key).is_not(None),
        col(CaseEvent.user_key).is_distinct_from(col(Case.assignee_key)),
        col(Case.environment).in_(environments),
        Case.state != CaseState.CLOSED,
    )
    newest = query.where(*given).order_by(col(CaseEvent.id).desc()).limit(limit)
    return list({case.id: (event, case) for event, case in session.exec(newest)}.values())
