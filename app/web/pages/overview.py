"""The first page: today in figures, what needs a person, the latest callbacks, the gateway."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.orders.attention import attention
from app.desk.orders.overview import health, today
from app.desk.permissions import Permission
from app.protocol.wire import JST
from app.records.callback_lists import CallbackFilter, callbacks_page
from app.records.order_lists import any_order
from app.records.paging import Place
from app.web.http.attention import approver_in, lost_in
from app.web.http.cookies import remember
from app.web.http.requests import desk_of, environment_of, may
from app.web.http.tour import TOUR, is_touring
from app.web.pages.callbacks import list_context
from app.web.pages.health import conditions_of
from app.web.pages.live import live_context
from app.web.presentation.conditions import state_context
from app.web.presentation.templates import page

LATEST = 8


def index(request: Request) -> Response:
    """GET /: one environment at a glance. `tour=1` begins the guided demonstration, `tour=0` ends
    it."""
    response = overview(request)
    if TOUR in request.query_params:
        remember(request, response, TOUR, "1" if is_touring(request) else "0")
    return response


def overview(
    request: Request, status: int = 200, dismissing: Mapping[str, Any] | None = None
) -> Response:
    """The overview. `dismissing`: what was typed to dismiss lost results, and its error."""
    environment, at = environment_of(request), now()
    with desk_of(request).database.reading() as session:
        live = live_context(session, environment)
        latest = callbacks_page(session, CallbackFilter(environment), Place()).rows[:LATEST]
        approver = approver_in(request, environment)
        needs = attention(session, environment, at, lost_in(request, session), approver)
        context = {
            "began": bool(latest or needs.number) or any_order(session, environment),
            "today": today(session, environment, at),
            "attention": needs,
            "health": health(session, environment, at),
            **list_context(session, latest),
            **live,
            **state_context(conditions_of(request, session)),
        }
    context |= {
        "day": at.astimezone(JST).date(),
        "now": at,
        "may_read_audit": may(request, Permission.READ_AUDIT),
        "may_act": may(request, Permission.ACT),
        "sandbox_on": desk_of(request).settings.sandbox_on,
        "may_run_sandbox": may(request, Permission.RUN_SANDBOX),
        "may_investigate": may(request, Permission.INVESTIGATE),
        "dismissing": dismissing or {},
        "unwritable_since": desk_of(request).database.unwritable_since,
        # One page, one number.
        "count_attention": lambda _: needs.number,
    }
    return page(request, "overview/index.html", context, status)
