"""For merchant engineers: how to call the gateway, and what their client makes of it.

One address with three pages. The guide itself is open to all; what is about a client under test
needs the sandbox key, which a form exchanges for a cookie of this address alone.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.protocol.words import N_
from app.sandbox import addresses
from app.sandbox.commands.given import Wrong
from app.sandbox.context import sandbox_of
from app.sandbox.operators import client_pages, programs
from app.sandbox.operators.auth import for_operators, from_elsewhere, is_key, is_open
from app.sandbox.operators.failures import FromElsewhere
from app.sandbox.operators.forms import Form, read_form
from app.sandbox.operators.templates import language_of, own_page
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.store.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS
from app.sandbox.store.shops import sandbox_key

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
        return _ask_for_key(request, request.query_params["page"], Form())
    return await page(request)


async def send(request: Request) -> Response:
    """The key's form, and what can be done on the pages about a client."""
    if from_elsewhere(request):
        raise FromElsewhere
    form = await read_form(request)
    if "key" in form:
        return await _take_key(request, form)
    command = _DO.get(form.get("do", ""))
    if command is None:
        raise HTTPException(400)
    if not await _may_see_clients(request):
        return _refuse_key(request, "readiness", N_("Nothing was changed: enter the key first."))
    return await command(request, form)


def _guide(request: Request) -> Response:
    base = addresses.base_url(request)
    context: dict[str, Any] = {
        "base": base,
        "shop_id": DEFAULT_SHOP_ID,
        "shop_pass": DEFAULT_SHOP_PASS,
        "programs": [
            (key, words, programs.program(key, base)) for key, words in programs.LANGUAGES.items()
        ],
        "receivers": [
            (key, programs.RECEIVERS[key], programs.receiver(key)) for key in programs.RECEIVERS
        ],
        "start_form": programs.start_form(addresses.start_url(request)),
        "scenarios": SCENARIOS,
    }
    return own_page(request, "guide", context)


def _ask_for_key(request: Request, page: str, form: Form, status: int = 200) -> Response:
    # Where the language is switched on the answer to a form, the page is opened anew.
    context = {"page": page, "form": form, "query": {"page": page}}
    return own_page(request, "key", context, status)


def _refuse_key(request: Request, page: str, why: str) -> Response:
    # The key is a secret: what was typed does not come back.
    form = Form("key", {}, [Wrong("key", why)], language_of(request))
    return _ask_for_key(request, page, form, 401)


async def _take_key(request: Request, form: dict[str, str]) -> Response:
    page = form.get("page", "")
    if page not in _SHOW or not await is_key(request, form["key"].strip()):
        return _refuse_key(request, page, N_("This is not the sandbox key."))
    return _opened(request, page, form["key"].strip())


async def open_readiness(request: Request) -> Response:
    """The readiness sheet for an operator, who reads the key on the panel and need not type it."""
    key = await sandbox_of(request).store.run(sandbox_key)
    return _opened(request, "readiness", key)


def _opened(request: Request, page: str, key: str) -> Response:
    where = addresses.inside(request, PATH)
    answer = RedirectResponse(f"{where}?{urlencode({'page': page})}", 303)
    answer.set_cookie(
        _COOKIE,
        key,
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
    """The guide's one address, and an operator's way to its readiness sheet."""
    return [
        Route(PATH, show),
        Route(PATH, send, methods=["POST"]),
        Route("/readiness", for_operators(open_readiness)),
    ]
