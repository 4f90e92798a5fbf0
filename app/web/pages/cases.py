"""Cases: the list, the form that opens one, and the sheet of one with everything about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.cases.case_view import case_view
from app.desk.cases.deeds import CaseRefused
from app.desk.cases.opening import CaseDraft, open_case
from app.desk.cases.replies import drafts_for
from app.desk.permissions import Permission
from app.protocol.wire import JST
from app.protocol.words import Words
from app.records.accounts import User
from app.records.batch_cases import lines_of_cases
from app.records.case_lists import cases_page, numbers_in
from app.records.cases import CaseKind, CaseState, case_of
from app.records.refunds import Means
from app.web.http.paging import neighbours, place_of
from app.web.http.requests import (
    actor_of,
    desk_of,
    environment_of,
    fields_of,
    may,
    read_body,
    values_of,
)
from app.web.pages.case_drafts import draft_from
from app.web.presentation.templates import language_of, page

Errors = Mapping[str, Words]


def index(request: Request) -> Response:
    """GET /cases: newest first, by `state`."""
    state = request.query_params.get("state", "")
    wanted = CaseState(state) if state in list(CaseState) else None
    with desk_of(request).database.reading() as session:
        listed = cases_page(session, environment_of(request), wanted, place_of(request))
        keys = [case.id for case in listed.rows]
        numbers, lines = numbers_in(session, keys), lines_of_cases(session, keys)
        emails = _emails(session, [case.assignee_key for case in listed.rows])
    context = {
        "cases": listed.rows,
        "numbers": numbers,
        "lines": {line.item.case_key: line.item for line in lines},
        "emails": emails,
        "state": wanted,
        "states": list(CaseState),
        "may_act": may(request, Permission.INVESTIGATE),
        "now": now(),
        **neighbours(request, listed),
    }
    return page(request, "cases/index.html", context)


def new(request: Request) -> Response:
    """GET /cases/new: filled with what is known of an `order`, a `callback` or a `lookup`."""
    with desk_of(request).database.reading() as session:
        draft = draft_from(session, request.query_params, language_of(request))
    return _form(request, draft, {})


async def create(request: Request) -> Response:
    """POST /cases: open one and go to it."""
    body = await read_body(request)
    fields, numbers = fields_of(body), values_of(body, "OrderID")
    draft = CaseDraft(
        kind=fields.get("kind", "").strip(),
        subject=fields.get("Subject", ""),
        order_ids=" ".join(numbers),
        row=fields.get("row", ""),
    )
    return await run_in_threadpool(_create, request, draft)


def _create(request: Request, draft: CaseDraft) -> Response:
    try:
        case = open_case(desk_of(request), actor_of(request), draft, environment_of(request))
    except CaseRefused as refused:
        return _form(request, draft, refused.problems, 422)
    return RedirectResponse(f"/cases/{case.id}", 303)


def show(request: Request) -> Response:
    """GET /cases/{key}: the sheet of one case."""
    return case_page(request)


def case_page(
    request: Request,
    status: int = 200,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    messages: Sequence[tuple[str, Words]] = (),
) -> Response:
    """The case in the address. `typed` and `errors`: of the form that was refused."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        case = case_of(session, request.path_params["key"])
        if case is None:
            raise HTTPException(404)
        view = case_view(session, case, desk.settings, actor_of(request))
        people = _people(session)
        drafts = drafts_for(session, case, [one.order for one in view.orders])
    context = {
        "view": view,
        "case": case,
        "environment": case.environment,
        "may_act": may(request, Permission.INVESTIGATE),
        "is_closed": case.state is CaseState.CLOSED,
        "overdue": bool(case.due_at and case.due_at < now() and not case.closed_at),
        "people": people,
        "due": case.due_at.astimezone(JST).strftime("%Y-%m-%d") if case.due_at else "",
        "means": list(Means),
        "orders_left": [
            (one.order.id, one.order.order_id)
            for one in view.orders
            if view.refundable[one.order.id]
        ],
        "receipts": [(file.id, file.name) for file in view.files],
        "drafts": drafts,
        "own_language": language_of(request),
        "typed": typed or {},
        "errors": errors or {},
        "messages": [*messages, *(("warning", words) for words in _of_case(errors))],
    }
    return page(request, "cases/show.html", context, status)


def _of_case(errors: Errors | None) -> list[Words]:
    return [errors["case"]] if errors and "case" in errors else []


def due_typed(text: str) -> datetime | None:
    """The end of a day in Japan, as it was typed; None for none. Raises ValueError."""
    if not text.strip():
        return None
    typed = datetime.fromisoformat(text.strip())
    if len(text.strip()) == len("2026-12-01"):
        typed = datetime.combine(typed.date(), time(23, 59, 59))
    return typed if typed.tzinfo else typed.replace(tzinfo=JST)


def _form(request: Request, draft: CaseDraft, errors: Errors, status: int = 200) -> Response:
    context = {"draft": draft, "errors": errors, "kinds": list(CaseKind)}
    return page(request, "cases/new.html", context, status)


def _people(session: Session) -> list[tuple[str, str]]:
    query = select(User.email).where(col(User.disabled_at).is_(None)).order_by(col(User.email))
    return [(email, email) for email in session.exec(query)]


def _emails(session: Session, keys: Sequence[str | None]) -> Mapping[str, str]:
    query = select(User.id, User.email).where(col(User.id).in_({key for key in keys if key}))
    return dict(session.exec(query).all())
