"""One's own account: e-mail and password, language and colours."""

from collections.abc import Container, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.accounts import notices, sessions
from app.desk.accounts.passkeys import site_of
from app.desk.accounts.password_queue import RETRY_AFTER, Crowded
from app.desk.accounts.second_factor import codes_left, pending_secret
from app.desk.accounts.totp import address, as_text
from app.desk.accounts.users import AccountDraft, UserRefused, change_account
from app.desk.accounts.users import set_preferences as keep_preference
from app.protocol.words import LANGUAGES, N_
from app.records.accounts import User, sign_ins_of
from app.records.passkeys import passkeys_of
from app.web.http.cookies import remember, session_secret, sign_in_browser
from app.web.http.requests import actor_of, desk_of, read_form, sign_in_of, user_of
from app.web.http.safe_redirect import local
from app.web.http.services import services_of
from app.web.pages.sign_in import browser_of
from app.web.presentation.people import device
from app.web.presentation.qr import qr
from app.web.presentation.templates import THEMES, page

ADDRESS = "/settings/account"
CROWDED = N_("Too many people are signing in. Wait a few seconds and try again.")
SAVED = ("success", N_("Your account is saved."))


def show(request: Request) -> Response:
    """GET /settings/account."""
    messages = (SAVED,) if "saved" in request.query_params else ()
    return account_page(request, messages=messages)


async def change(request: Request) -> Response:
    """POST /settings/account: e-mail and password. A new password signs other browsers out."""
    form = await read_form(request)
    names = ("email", "password_now", "password", "password_again")
    draft = AccountDraft(*(form.get(name, "") for name in names))
    database, actor = desk_of(request).database, actor_of(request)
    try:
        secret = await services_of(request).passwords.run(
            change_account, database, actor, draft, browser_of(request)
        )
    except UserRefused as refused:
        return await run_in_threadpool(
            account_page, request, refused.problems, 422, email=draft.email
        )
    except Crowded:
        problems = {"password_now": CROWDED}
        answer = await run_in_threadpool(account_page, request, problems, 503, email=draft.email)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer
    response = RedirectResponse(f"{ADDRESS}?saved", 303)
    if secret:
        sign_in_browser(request, response, secret)
    return response


def end_one(request: Request) -> Response:
    """POST /settings/account/sign-ins/{key}/ends: sign one of one's browsers out."""
    key = request.path_params["key"]
    sessions.end_one(desk_of(request).database, actor_of(request), key)
    return RedirectResponse(f"{ADDRESS}#sign-ins", 303)


def end_others(request: Request) -> Response:
    """POST /settings/account/sign-ins/ends: sign every other browser out."""
    secret = session_secret(request) or ""
    sessions.end_others(desk_of(request).database, actor_of(request), secret)
    return RedirectResponse(f"{ADDRESS}#sign-ins", 303)


async def know(request: Request) -> Response:
    """POST /settings/account/notices: one knows of what was shown, `up_to` the newest of it."""
    up_to = (await read_form(request)).get("up_to", "")
    await run_in_threadpool(notices.see, desk_of(request).database, user_of(request).id, up_to)
    return RedirectResponse(ADDRESS, 303)


async def prefer(request: Request) -> Response:
    """POST /preferences: `language` or `theme`, kept with the user."""
    form = await read_form(request)
    chosen = _choices(form)
    await run_in_threadpool(
        keep_preference,
        desk_of(request).database,
        user_of(request).id,
        chosen.get("language"),
        chosen.get("theme"),
    )
    return _back(form)


async def prefer_by_cookie(request: Request) -> Response:
    """POST /login/preferences: the same before signing in, kept by the browser."""
    form = await read_form(request)
    response = _back(form)
    for name, choice in _choices(form).items():
        remember(request, response, COOKIES[name], choice)
    return response


OFFERED: Mapping[str, Container[str]] = {"language": LANGUAGES, "theme": THEMES}
COOKIES = {"language": "lang", "theme": "theme"}


def _choices(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form[name] for name, offers in OFFERED.items() if form.get(name) in offers}


def _back(form: Mapping[str, str]) -> Response:
    return RedirectResponse(local(form.get("back", "")), 303)


def account_page(
    request: Request,
    errors: Mapping[str, Any] | None = None,
    status: int = 200,
    *,
    email: str | None = None,
    messages: tuple[tuple[str, str], ...] = (),
    codes: list[str] | None = None,
) -> Response:
    """The account's page. `email`: as typed; `codes`: recovery codes, which are shown this once."""
    here = sign_in_of(request)
    with desk_of(request).database.reading() as session:
        person = session.get_one(User, user_of(request).id)
        context: dict[str, Any] = {
            "sign_ins": sign_ins_of(session, person.id, now()),
            "codes_left": codes_left(session, person.id),
            "passkeys": passkeys_of(session, person.id),
        }
    context |= {
        "email": person.email if email is None else email,
        "errors": errors or {},
        "messages": messages,
        "this": here.id if here else "",
        "ends": True,
        "factor_since": person.factor_since,
        "codes": codes,
        "has_app": person.totp_secret is not None,
        "passkeys_offered": site_of(desk_of(request).settings.base_url) is not None,
        "passkey_name": device(request.headers.get("user-agent", "")),
    }
    if here and person.totp_secret is None:
        secret = pending_secret(here)
        context |= {"secret": as_text(secret), "qr": qr(address(secret, person.email))}
    return page(request, "settings/account.html", context, status)
