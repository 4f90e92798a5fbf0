"""The second factor: switched on and off in one's account, given when it is needed.

With the codes of an app here, with a passkey in `passkeys`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import NamedTuple, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.accounts import passkeys, second_factor
from app.desk.accounts.second_factor import WrongCode
from app.desk.accounts.throttle import Throttled
from app.desk.permissions import is_fresh
from app.protocol.words import N_, Sentence, Words
from app.records.accounts import SignIn
from app.records.passkeys import passkeys_of
from app.web.http.again import to_second_factor
from app.web.http.cookies import sign_in_browser
from app.web.http.requests import actor_of, desk_of, read_form, sign_in_of, user_of
from app.web.http.safe_redirect import local
from app.web.pages.account import ADDRESS, account_page
from app.web.presentation.templates import page

T = TypeVar("T")

WRONG = N_("This is not the present code. Wait for the next one and type that.")
NOT_SIGNED = N_("The device's answer does not hold. Try again, or enter a code.")
NOT_STORED = N_("Nothing can be stored at present, so the second factor cannot be given.")


class Given(NamedTuple):
    """What came with the form: a code or a device's answer, and where to go then."""

    code: str
    passkey: str
    wanted: str


def show(request: Request) -> Response:
    """GET /login/again: the form for the code, or where the second factor is switched on."""
    return _form(request, local(request.query_params.get("next", "")))


async def give(request: Request) -> Response:
    """POST /login/again: `code`, or `passkey` as a device has answered; then on to where one
    wanted to go."""
    form = await read_form(request)
    given = Given(form.get("code", ""), form.get("passkey", ""), local(form.get("next", "")))
    return await run_in_threadpool(_give, request, given)


async def change(request: Request) -> Response:
    """POST /settings/account/second-factor: `code` switches it on. While it is on, a button named
    `action` makes new recovery codes (`codes`) or switches it off (`off`)."""
    form = await read_form(request)
    return await run_in_threadpool(_change, request, form.get("code", ""), form.get("action", ""))


def _give(request: Request, given: Given) -> Response:
    sign_in = sign_in_of(request)
    if sign_in is None:
        return _form(request, given.wanted, NOT_STORED, 503)
    wrong = NOT_SIGNED if given.passkey else WRONG
    secret, problem = _tried(lambda: _taken(request, sign_in, given), wrong)
    if secret is None:
        return _form(request, given.wanted, problem, 422)
    response = RedirectResponse(given.wanted, 303)
    sign_in_browser(request, response, secret)
    return response


def _taken(request: Request, sign_in: SignIn, given: Given) -> str:
    """The secret for the cookie, by whichever of the two was given."""
    desk, actor = desk_of(request), actor_of(request)
    site = passkeys.site_of(desk.settings.base_url) if given.passkey else None
    if site:
        return passkeys.give(desk.database, actor, sign_in, site, given.passkey)
    return second_factor.give(desk.database, actor, sign_in, given.code)


def _change(request: Request, code: str, action: str) -> Response:
    database, actor, sign_in = desk_of(request).database, actor_of(request), sign_in_of(request)
    if sign_in is None:
        return account_page(request, {"code": NOT_STORED}, 503)
    user = user_of(request)
    if user.factor_since is None:
        return _switch_on(request, sign_in, code)
    if not is_fresh(sign_in.factor_at):
        return to_second_factor(request)
    if action == "codes":
        return account_page(request, codes=second_factor.renew_codes(database, actor))
    if action == "off":
        second_factor.switch_off(database, actor, actor.user_key)
    elif user.totp_secret is None:
        return _switch_on(request, sign_in, code)
    return RedirectResponse(f"{ADDRESS}#second-factor", 303)


def _switch_on(request: Request, sign_in: SignIn, code: str) -> Response:
    database, actor = desk_of(request).database, actor_of(request)
    enrolled, problem = _tried(lambda: second_factor.switch_on(database, actor, sign_in, code))
    if enrolled is None:
        return account_page(request, {"code": problem}, 422)
    response = account_page(request, codes=enrolled.codes)
    sign_in_browser(request, response, enrolled.secret)
    return response


def _tried(trying: Callable[[], T], wrong: Words = WRONG) -> tuple[T | None, Words]:
    """What came of trying a factor, or what to say where nothing did."""
    try:
        return trying(), ""
    except WrongCode:
        return None, wrong
    except Throttled as throttled:
        minutes = ceil(throttled.wait.total_seconds() / 60)
        return None, Sentence(N_("Too many tries. Wait %(minutes)s min."), {"minutes": minutes})


def _form(request: Request, wanted: str, problem: Words = "", status: int = 200) -> Response:
    with desk_of(request).database.reading() as session:
        offered = bool(passkeys_of(session, user_of(request).id))
    site = passkeys.site_of(desk_of(request).settings.base_url)
    context = {
        "next": wanted,
        "problem": problem,
        "switch": "",
        "has_app": user_of(request).totp_secret is not None,
        "passkeys_offered": offered and site is not None,
    }
    return page(request, "sign_in/again.html", context, status)
