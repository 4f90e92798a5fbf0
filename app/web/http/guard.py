"""What stands before every endpoint: where a request comes from, who makes it, who may.

Pure ASGI, so that streams pass untouched. In this order: refuse what another site's page sends,
know the user, hold the user's role against the route's. What the guard has in
common with the fast path is in `pipeline`.
"""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.desk.accounts import sessions
from app.desk.permissions import SENSITIVE, Permission, is_fresh
from app.records.accounts import SignIn, User
from app.web.http.again import to_second_factor
from app.web.http.attention import counted_for
from app.web.http.connection import is_crowded, tell_signed_in
from app.web.http.cookies import session_secret
from app.web.http.csrf import SAFE_METHODS, from_elsewhere
from app.web.http.environments import choose, offered
from app.web.http.failures import (
    CROWDED,
    ELSEWHERE,
    FORBIDDEN,
    RETRY_AFTER,
    answer,
    database_answers,
    is_stream,
)
from app.web.http.fast_path import FastPath
from app.web.http.notes import note, note_elsewhere
from app.web.http.notices import notices_for
from app.web.http.pipeline import Pipeline
from app.web.http.requests import desk_of
from app.web.http.routing import Route, route_of
from app.web.http.tour import tour_for

WORTH_COMPRESSING = 1024  # bytes

UNCOMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "text/plain")
"""An answer of the protocol is plain text, and goes out as the gateway's would: one of its clients
asks for compression and cannot undo it."""


ROOM_IS_KEPT_FOR = (
    "/netcash/",
    "/pay/",
    "/static/",
    "/favicon.ico",
    "/healthz",
    "/readyz",
    "/metrics",
)
"""What is answered however many connections there are: customers, what the pages of signed-in
people need, and whoever watches us."""


def middleware(pipeline: Pipeline, routes: Iterable[Route]) -> list[Middleware]:
    """The guard as Starlette takes it, and the fast path before it. `routes`: the routes table."""
    return [
        Middleware(FastPath, routes, pipeline),
        Middleware(
            GZipMiddleware,
            minimum_size=WORTH_COMPRESSING,
            compresslevel=6,
            exclude_content_types=UNCOMPRESSED,
        ),
        Middleware(Guard, pipeline),
    ]


class Guard:
    """Stands before every route but those of the fast path, which are open to all."""

    def __init__(self, app: ASGIApp, pipeline: Pipeline) -> None:
        self.app = app
        self.pipeline = pipeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _without_nul(scope)
        await self.pipeline.answer(scope, receive, send, self._let_in)

    async def _let_in(self, request: Request) -> ASGIApp:
        """The application for whoever may go on, else the answer that stops them."""
        return await _stop(request) or self.app


def _without_nul(scope: Scope) -> None:
    """PostgreSQL has no NUL in text: in an address it becomes what no record holds."""
    if "\0" in scope["path"]:
        scope["path"] = scope["path"].replace("\0", "\ufffd")
    if b"%00" in scope["query_string"]:
        scope["query_string"] = scope["query_string"].replace(b"%00", b"%EF%BF%BD")


async def _stop(request: Request) -> Response | None:
    """The answer to a request that may not go on; None when it may."""
    if from_elsewhere(request):
        await run_in_threadpool(note_elsewhere, request)
        return answer(request, ELSEWHERE)
    route = route_of(request.app.routes, request.scope)
    if route and route.is_open_to(None):
        return _too_crowded(request)
    by_a_person = route is None or not (route.stream or route.by_itself)
    await run_in_threadpool(_recognise, request, by_a_person=by_a_person)
    user: User | None = request.state.user
    if user is not None:
        tell_signed_in(request.scope)
    elif crowded := _too_crowded(request):
        return crowded
    if user is None:
        return _to_sign_in(request, stream=is_stream(request) or bool(route and route.stream))
    if second := _second_factor(request, route, user):
        return second
    if route and not route.is_open_to(user.role):
        # Its frame counts what needs a person: no query is made in the event loop.
        return await run_in_threadpool(_refused, request, route)
    return None


def _refused(request: Request, route: Route) -> Response:
    note(request, "refused", subject=f"{request.method} {route.path}")
    return answer(request, FORBIDDEN)


def _second_factor(request: Request, route: Route | None, user: User) -> Response | None:
    """To where the second factor is given, for whoever has one and has not, or not lately.

    Somebody whose sign-in could not be stored reads without: nothing can be changed meanwhile.
    """
    sign_in: SignIn | None = request.state.sign_in
    if user.factor_since is None or sign_in is None:
        return None
    if sign_in.factor_at is None:
        inside = route is None or route.permission is not Permission.ENTER
        return to_second_factor(request) if inside else None
    sensitive = route and route.permission in SENSITIVE and request.method not in SAFE_METHODS
    return to_second_factor(request) if sensitive and not is_fresh(sign_in.factor_at) else None


def _too_crowded(request: Request) -> Response | None:
    """The answer to a stranger while there is room only for results and for signed-in people."""
    if not is_crowded(request.scope) or request.scope["path"].startswith(ROOM_IS_KEPT_FOR):
        return None
    response = answer(request, CROWDED)
    response.headers.update({"Retry-After": RETRY_AFTER, "Connection": "close"})
    return response


def _recognise(request: Request, *, by_a_person: bool) -> None:
    """Find the user behind the cookie, and the environment to show, in one short session.

    `by_a_person`: no page asks for this by itself, so that the sign-in is in use.
    """
    desk = desk_of(request)
    secret = session_secret(request)
    if not secret:
        return
    with desk.database.reading() as session:
        found = sessions.sign_in_behind(session, secret)
        database_answers()
        if found is None:
            return
        user, request.state.sign_in = found
        among = offered(sandbox_on=desk.settings.sandbox_url is not None)
        request.state.environments = among
        request.state.environment = choose(request, session, among)
        request.state.user = user
    request.state.count_attention = counted_for(request)
    request.state.tour = tour_for(request)
    request.state.account_notices = notices_for(request)
    if request.state.sign_in and by_a_person:
        sessions.touch(desk.database, request.state.sign_in, desk.settings.sign_ins)


def _to_sign_in(request: Request, *, stream: bool) -> Response:
    """To the sign-in page and back. A reconnecting stream follows no redirect, so it gets a 401."""
    if stream:
        return Response(status_code=401)
    if "hx-request" in request.headers:
        shown = request.headers.get("hx-current-url", "")
        return Response(headers={"HX-Redirect": _sign_in_for(shown)})
    if request.method not in SAFE_METHODS:
        return RedirectResponse("/login", 303)
    query = request.scope["query_string"].decode("latin-1")
    return RedirectResponse(_sign_in_address(request.scope["path"], query), 303)


def _sign_in_for(address: str) -> str:
    """The sign-in for a page whose whole address htmx tells, or anybody makes up."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/login"
    return _sign_in_address(parts.path, parts.query)


def _sign_in_address(path: str, query: str) -> str:
    wanted = f"{path}?{query}" if query else path
    return "/login" if wanted in {"", "/"} else f"/login?next={quote(wanted)}"
