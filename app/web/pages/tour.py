"""The demonstration beside an open page, and a sample history at the press of a button."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.audit import record_action
from app.web.http.requests import actor_of, desk_of
from app.web.presentation.templates import page

ORDERS = 60
"""How many: each story of a payment once, and then as often as in life."""


def next_step(request: Request) -> Response:
    """GET /live/tour: the demo beside the page `at`; 204 while what it was `told` is still so."""
    tour = request.state.tour()
    if tour is None or tour.mark == request.query_params.get("told"):
        return Response(status_code=204)
    return page(request, "_tour.html", {"on_tour": tour, "path": request.query_params.get("at")})


async def write_history(request: Request) -> Response:
    """POST /tour/histories: a plausible past for the sandbox's shop."""
    await run_in_threadpool(_write, request)
    return RedirectResponse("/?env=sandbox", 303)


def _write(request: Request) -> None:
    desk = desk_of(request)
    if not desk.settings.sandbox_on:
        raise HTTPException(404)
    with desk.database.writing() as session:
        record_action(session, actor_of(request), "sample-history", orders=ORDERS)
    request.app.state.write_sample_history(ORDERS)
