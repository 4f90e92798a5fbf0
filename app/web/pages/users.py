"""People: who may use the desk, with which role. For administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.accounts import people, second_factor
from app.desk.accounts.people import NO_ACTION
from app.desk.accounts.users import UserRefused
from app.desk.context import Actor
from app.protocol.words import N_, Words
from app.records.accounts import Role, User, all_users, last_seen, sign_ins_of
from app.records.database import Database
from app.web.http.requests import actor_of, desk_of, read_form
from app.web.presentation.templates import page

ADDRESS = "/settings/users"
SAVED = ("success", N_("Saved."))

Deed = Callable[[Database, Actor, str], User]

DEEDS: Mapping[str, Deed] = {
    "disable": people.disable,
    "enable": people.enable,
    "sign-out": people.sign_out_everywhere,
    "factor-off": second_factor.switch_off,
}
"""What the buttons named `action` do, besides changing the role and making a link."""


def index(request: Request) -> Response:
    """GET /settings/users: everybody, and the form for one more."""
    return _list(request, {}, {})


async def invite(request: Request) -> Response:
    """POST /settings/users: `email`, `role`. The invitation's link is shown this once."""
    form = await read_form(request)
    typed = {name: form.get(name, "").strip() for name in ("email", "role")}
    return await run_in_threadpool(_invite, request, typed)


def show(request: Request) -> Response:
    """GET /settings/users/{key}: one person, and what can be done about them."""
    messages = (SAVED,) if "saved" in request.query_params else ()
    return _person(request, request.path_params["key"], messages=messages)


async def change(request: Request) -> Response:
    """POST /settings/users/{key}: `role`, or a button named `action`: disable, enable, sign-out,
    factor-off, link."""
    form = await read_form(request)
    return await run_in_threadpool(_change, request, form)


def _invite(request: Request, typed: Mapping[str, str]) -> Response:
    desk = desk_of(request)
    try:
        user, path = people.invite(desk.database, actor_of(request), typed["email"], typed["role"])
    except UserRefused as refused:
        return _list(request, typed, refused.problems, 422)
    return _list(request, {}, {}, invitation=(user, desk.settings.base_url + path))


def _change(request: Request, form: Mapping[str, str]) -> Response:
    desk, key, action = desk_of(request), request.path_params["key"], form.get("action", "role")
    try:
        if action == "link":
            _, path = people.new_link(desk.database, actor_of(request), key)
            return _person(request, key, link=desk.settings.base_url + path)
        _do(desk.database, actor_of(request), key, action, form.get("role", ""))
    except LookupError:
        raise HTTPException(404) from None
    except UserRefused as refused:
        return _person(request, key, refused.problems, 422)
    return RedirectResponse(f"{ADDRESS}/{key}?saved", 303)


def _do(database: Database, actor: Actor, key: str, action: str, role: str) -> None:
    if action == "role":
        people.set_role(database, actor, key, role)
    elif deed := DEEDS.get(action):
        deed(database, actor, key)
    else:
        raise UserRefused({"action": NO_ACTION})


def _list(
    request: Request,
    typed: Mapping[str, str],
    errors: Mapping[str, Words],
    status: int = 200,
    invitation: tuple[User, str] | None = None,
) -> Response:
    with desk_of(request).database.reading() as session:
        context: dict[str, Any] = {"users": all_users(session), "seen": last_seen(session, now())}
    context |= {"typed": typed, "errors": errors, "roles": list(Role), "invitation": invitation}
    return page(request, "settings/users.html", context, status)


def _person(
    request: Request,
    key: str,
    errors: Mapping[str, Words] | None = None,
    status: int = 200,
    link: str | None = None,
    messages: tuple[tuple[str, str], ...] = (),
) -> Response:
    with desk_of(request).database.reading() as session:
        person = session.get(User, key)
        if person is None:
            raise HTTPException(404)
        context: dict[str, Any] = {"sign_ins": sign_ins_of(session, person.id, now())}
    context |= {
        "person": person,
        "roles": list(Role),
        "errors": errors or {},
        "link": link,
        "messages": messages,
    }
    return page(request, "settings/user.html", context, status)
