"""Passkeys in the browser: what a device is asked for, and what it has answered.

A small script (`passkeys.js`) carries both; whoever has scripts off uses the codes of an app.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.accounts import passkeys
from app.desk.accounts.passkeys import PasskeyRefused, Site
from app.desk.permissions import is_fresh
from app.records.accounts import SignIn
from app.web.http.again import to_second_factor
from app.web.http.cookies import sign_in_browser
from app.web.http.requests import actor_of, desk_of, read_form, sign_in_of, user_of
from app.web.pages import account

ADDRESS = f"{account.ADDRESS}/passkeys"


def ask_to_sign(request: Request) -> Response:
    """POST /login/again/challenges: what one of one's devices is to sign, as JSON."""
    site, sign_in = _at_hand(request)
    database, actor = desk_of(request).database, actor_of(request)
    return _json(passkeys.ask_to_sign(database, actor, sign_in, site))


def ask_to_register(request: Request) -> Response:
    """POST …/challenges: what a device is asked for that is to become a passkey, as JSON."""
    site, sign_in = _at_hand(request)
    if _must_give_first(request, sign_in):
        # The script goes where the form would have been led.
        return Response(status_code=401)
    database, actor = desk_of(request).database, actor_of(request)
    return _json(passkeys.ask_to_register(database, actor, sign_in, site))


async def register(request: Request) -> Response:
    """POST /settings/account/passkeys: `name`, and `passkey` as the device has answered."""
    form = await read_form(request)
    name, answer = form.get("name", ""), form.get("passkey", "")
    return await run_in_threadpool(_register, request, name, answer)


def _register(request: Request, name: str, answer: str) -> Response:
    site, sign_in = _at_hand(request)
    if _must_give_first(request, sign_in):
        return to_second_factor(request)
    database, actor = desk_of(request).database, actor_of(request)
    try:
        enrolled = passkeys.register(database, actor, sign_in, site, name, answer)
    except PasskeyRefused as refused:
        return account.account_page(request, {"passkey": str(refused)}, 422)
    response: Response
    if enrolled.codes:
        response = account.account_page(request, codes=enrolled.codes)
    else:
        response = RedirectResponse(f"{account.ADDRESS}#passkeys", 303)
    sign_in_browser(request, response, enrolled.secret)
    return response


def remove(request: Request) -> Response:
    """POST …/{key}/removals: one's own passkey counts no more."""
    sign_in = sign_in_of(request)
    if sign_in is None or _must_give_first(request, sign_in):
        return to_second_factor(request)
    passkeys.remove(desk_of(request).database, actor_of(request), request.path_params["key"])
    return RedirectResponse(f"{account.ADDRESS}#passkeys", 303)


def _at_hand(request: Request) -> tuple[Site, SignIn]:
    """The site and the sign-in; 409 where there is no name for passkeys, or nothing is stored."""
    site = passkeys.site_of(desk_of(request).settings.base_url)
    sign_in = sign_in_of(request)
    if site is None or sign_in is None:
        raise HTTPException(409)
    return site, sign_in


def _must_give_first(request: Request, sign_in: SignIn) -> bool:
    """Whether there is a second factor that was not given lately: it is changed only with it."""
    return user_of(request).factor_since is not None and not is_fresh(sign_in.factor_at)


def _json(options: str) -> Response:
    return Response(options, media_type="application/json")
