"""An incident played again in the sandbox: its steps as a file, and the form that begins it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.desk.cases.case_view import case_view
from app.desk.cases.rehearsal import LATE, rehearsal_of
from app.desk.orders.order_view import order_view
from app.protocol.words import N_, Sentence, Words
from app.records.cases import case_of
from app.records.orders import Order
from app.web.http.requests import desk_of
from app.web.pages.order_form_fields import OrderForm

Scenarios = Sequence[tuple[str, Words]]
"""Suffix and effect of each."""

PAUSED = N_("The result comes %(seconds)s seconds late, as it did then.")

_PAUSE = re.compile(rf"{LATE}[0-9]{{1,3}}")


def download(request: Request) -> Response:
    """GET /cases/{key}/rehearsal.json: what happened, without secrets and without the customer."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        case = case_of(session, request.path_params["key"])
        if case is None:
            raise HTTPException(404)
        view = case_view(session, case, desk.settings)
    rehearsals = [asdict(rehearsal_of(one)) for one in view.orders]
    name = f"{case.name}-rehearsal"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return JSONResponse({"name": name, "kind": case.kind, "orders": rehearsals}, headers=headers)


def with_pause(scenarios: Scenarios, chosen: str) -> Scenarios:
    """The scenarios, and the chosen one where it is a known one with its seconds named."""
    if _PAUSE.fullmatch(chosen) is None or LATE not in dict(scenarios):
        return scenarios
    seconds = int(chosen.removeprefix(LATE))
    return (*scenarios, (chosen, Sentence(PAUSED, {"seconds": seconds})))


def as_rehearsal(session: Session, request: Request, typed: OrderForm) -> OrderForm:
    """The form of a new order, as the order that the address wants rehearsed went."""
    played = session.get(Order, request.query_params.get("rehearse", ""))
    if played is None:
        return typed
    found = rehearsal_of(order_view(session, played, desk_of(request).settings))
    amounts = {"Amount": str(found.amount or ""), "Tax": str(found.tax or "")}
    return replace(typed, scenario=found.suffix, **amounts)
