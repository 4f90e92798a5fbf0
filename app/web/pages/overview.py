"""The first page: today in figures, what needs a person, the latest callbacks, the gateway."""

from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.orders.overview import attention, health, today
from app.protocol.wire import JST
from app.records.callback_lists import CallbackFilter, callbacks_page
from app.records.order_lists import any_order
from app.records.paging import Place
from app.web.http.requests import desk_of, environment_of
from app.web.http.services import services_of
from app.web.pages.callbacks import list_context
from app.web.pages.live import live_context
from app.web.presentation.templates import page

LATEST = 8


def index(request: Request) -> Response:
    """GET /: one environment at a glance."""
    environment, at = environment_of(request), now()
    with desk_of(request).database.reading() as session:
        live = live_context(session, environment)
        latest = callbacks_page(session, CallbackFilter(environment), Place()).rows[:LATEST]
        context = {
            "began": bool(latest) or any_order(session, environment),
            "today": today(session, environment, at),
            "attention": attention(session, environment, at),
            "health": health(session, environment, at),
            **list_context(session, latest),
            **live,
            "lost": services_of(request).storage_failures.lost(session, at),
        }
    context |= {"day": at.astimezone(JST).date(), "now": at}
    return page(request, "overview/index.html", context)
