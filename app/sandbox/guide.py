"""For merchant engineers: how to call the gateway, and what their client makes of it.

One address with three pages. The guide itself is open to all; what is about a client under test
needs the sandbox key, which a form exchanges for a cookie of this address alone.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.sandbox import addresses, client_pages, programs
from app.sandbox.bodies import Unreadable, read_own_form
from app.sandbox.doors import from_elsewhere, is_key, is_open
from app.sandbox.operator_pages import own_page
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS

PATH: Final = "/guide"

_COOKIE: Final = "sandbox_key"
_COOKIE_SECONDS: Final = 12 * 60 * 60

_SHOW: Final[dict[str, Callable[[Request], Awaitable[Response]]]] = {
    "client": client_pages.show_client,
    "readiness": client_pages.show_readiness,
}
_DO: Final[dict[str, Callable[[Request, dict[str, str]], Awaitable[Response]]]] = {
    "mark": client_pages.mark,
    "deliver": client_pages.deliver,
}


async def show(request: Request) -> Response:
    """The guide, or the page about a client that `page` asks for."""
    page = _SHOW.get(request.query_params.get("page", ""))
    if page is None:
        return _guide(request)
    if not await _may_see_clients(request):
        return own_page(request, "key", {"page": request.query_params["page"], "wrong": False})
    return await page(request)


async def send(request: Request) -> Response:
    """The key's form, and what can be done on the pages about a client."""
    if from_elsewhere(request):
        return PlainTextResponse("Sent by another site's page.", 403)
    try:
        form = await read_own_form(request)
    except Unreadable as error:
        return Response(status_code=error.status)
    if "key" in form:
        return await _take_key(request, form)
    deed = _DO.get(form.get("do", ""))
    if deed is None:
        return PlainTextResponse("Unknown form.", 400)
    if not await _may_see_clients(request):
        return PlainTextResponse("The sandbox key is needed.", 401)
    return await deed(request, form)


def _guide(request: Request) -> Response:
    base = addresses.base_url(request)
    context: dict[str, Any] = {
        "base": base,
        "shop_id": DEFAULT_SHOP_ID,
        "shop_pass": DEFAULT_SHOP_PASS,
        "programs": [
            (key, words, programs.program(key, base)) for key, words in programs.LANGUAGES.items()
        ],
        "start_form": programs.start_form(addresses.start_url(request)),
        "scenarios": SCENARIOS,
    }
    return own_page(request, "guide", context)


async def _take_key(request: Request, form: dict[str, str]) -> Response:
    page = form.get("page", "")
    if page not in _SHOW or not await is_key(request, form["key"].strip()):
        return own_page(request, "key", {"page": page, "wrong": True}, status=401)
    where = addresses.inside(request, PATH)
    answer = RedirectResponse(f"{where}?{urlencode({'page': page})}", 303)
    answer.set_cookie(
        _COOKIE,
        form["key"].strip(),
        max_age=_COOKIE_SECONDS,
        path=where,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


async def _may_see_clients(request: Request) -> bool:
    if is_open(request):
        return True
    given = request.cookies.get(_COOKIE)
    return given is not None and await is_key(request, given)


def guide_routes() -> list[BaseRoute]:
    """The guide's one address."""
    return [Route(PATH, show), Route(PATH, send, methods=["POST"])]
