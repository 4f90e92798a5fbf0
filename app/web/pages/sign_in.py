"""Signing in by e-mail and password or by the link of a first start, and signing out."""

from math import ceil
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.accounts import links, sessions
from app.desk.accounts.links import LinkUsedUp
from app.desk.accounts.password_queue import RETRY_AFTER, Crowded
from app.desk.accounts.sessions import Browser, WrongCredentials
from app.desk.accounts.throttle import Throttled
from app.desk.accounts.users import normalise_email
from app.web.http.cookies import (
    browser_mark,
    know_browser,
    session_secret,
    sign_in_browser,
    sign_out_browser,
)
from app.web.http.requests import actor_of, desk_of, read_form, remote_address_of
from app.web.http.safe_redirect import local
from app.web.http.services import services_of
from app.web.presentation.templates import page

OWN_PAGES = "/login"


def show(request: Request) -> Response:
    """GET /login: the form; somebody signed in goes where they wanted to."""
    wanted = _next(request.query_params.get("next", ""))
    if sessions.user_for_cookie(desk_of(request).database, session_secret(request)):
        return RedirectResponse(wanted, 303)
    return _form(request, wanted)


async def sign_in(request: Request) -> Response:
    """POST /login: in, or the form again with what was typed, the password excepted."""
    form = await read_form(request)
    email, wanted = form.get("email", ""), _next(form.get("next", ""))
    database, password = desk_of(request).database, form.get("password", "")
    try:
        secret = await services_of(request).passwords.run(
            sessions.sign_in, database, email, password, browser_of(request)
        )
    except WrongCredentials:
        return _form(request, wanted, email, 422, problem="wrong")
    except Throttled as throttled:
        seconds = ceil(throttled.wait.total_seconds())
        return _later(_form(request, wanted, email, 429, "throttled", ceil(seconds / 60)), seconds)
    except Crowded:
        crowded = await run_in_threadpool(_form, request, wanted, email, 503, "crowded")
        return _later(crowded, RETRY_AFTER)
    response = _in(request, secret, wanted)
    know_browser(request, response, normalise_email(email))
    return response


def show_link(request: Request) -> Response:
    """GET /login/link: one button. Looking, as mail scanners and previews do, uses nothing up."""
    key = request.query_params.get("key", "")
    welcome = links.welcome(desk_of(request).database, key)
    if welcome is None:
        return _used_up(request)
    return page(request, "sign_in/link.html", {"key": key, "email": welcome.email, "switch": ""})


async def use_link(request: Request) -> Response:
    """POST /login/link: the button. Whoever it is for is in, and asked to choose a password."""
    key = (await read_form(request)).get("key", "")
    try:
        secret = await run_in_threadpool(
            links.use_link, desk_of(request).database, key, browser_of(request)
        )
    except LinkUsedUp:
        return await run_in_threadpool(_used_up, request)
    return _in(request, secret, "/")


def sign_out(request: Request) -> Response:
    """POST /logout."""
    sessions.sign_out(desk_of(request).database, actor_of(request), session_secret(request) or "")
    response = RedirectResponse("/login", 303)
    sign_out_browser(request, response)
    return response


def browser_of(request: Request) -> Browser:
    """The browser that asks, for the row of its sign-in."""
    agent = request.headers.get("user-agent", "")
    terms = desk_of(request).settings.sign_ins
    mark = browser_mark(request)
    return Browser(remote_address_of(request), agent, session_secret(request), mark, terms)


def _form(
    request: Request,
    wanted: str,
    email: str = "",
    status: int = 200,
    problem: str | None = None,
    minutes: int = 0,
) -> Response:
    context = {
        "next": wanted,
        "email": email,
        "problem": problem,
        "minutes": minutes,
        "switch": "/login/preferences",
        "elsewhere": _elsewhere(request),
    }
    return page(request, "sign_in/form.html", context, status)


def _elsewhere(request: Request) -> str:
    """The desk's own https address, where this browser has come by http to another one.

    Its sign-in would be lost on the way back: the cookie is for https alone. A proxy that is not
    trusted asks by http too, but in the desk's own name.
    """
    public = desk_of(request).settings.base_url
    by_http = request.scope["scheme"] == "http" and public.startswith("https://")
    named = request.headers.get("host", "") == urlsplit(public).netloc
    return public if by_http and not named else ""


def _later(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def _used_up(request: Request) -> Response:
    return page(request, "sign_in/link_used_up.html", {"switch": ""}, 410)


def _in(request: Request, secret: str, wanted: str) -> Response:
    response = RedirectResponse(wanted, 303)
    sign_in_browser(request, response, secret)
    return response


def _next(address: str) -> str:
    wanted = local(address)
    return "/" if wanted.startswith(OWN_PAGES) else wanted
