"""The operators' control panel: see what the gateway sees, and turn what can be turned."""

import re
import sqlite3
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.protocol.words import say
from app.sandbox import addresses
from app.sandbox.commands.command import Command, NotThere
from app.sandbox.commands.commands import CALLS, COMMANDS
from app.sandbox.commands.given import Wrong
from app.sandbox.context import sandbox_of
from app.sandbox.operators.auth import Endpoint, for_operators
from app.sandbox.operators.forms import Form, read_form
from app.sandbox.operators.templates import language_of, operator_page, whole_number
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.scenarios.faults import FAULT_WORDS
from app.sandbox.sending.targets import allowed_hosts
from app.sandbox.store import shops, trade_story
from app.sandbox.store.controls import clock_offset, waiting_faults
from app.sandbox.store.rules import Rules


def _survey(
    connection: sqlite3.Connection, rules: Rules, prefix: str, before: int | None
) -> dict[str, Any]:
    return {
        "now": rules.controls.now(connection),
        "offset": clock_offset(connection),
        "trades": trade_story.trades_page(connection, rules, prefix, before),
        "waiting": waiting_faults(connection),
        "shops": shops.all_shops(connection),
        "key": shops.sandbox_key(connection),
        "hosts": " ".join(sorted(allowed_hosts(connection))),
    }


async def show(request: Request) -> Response:
    """The panel."""
    return await _panel(request, Form())


async def _panel(request: Request, form: Form) -> Response:
    sandbox = sandbox_of(request)
    prefix = request.query_params.get("q", "").strip()
    before = whole_number(request.query_params.get("before", ""))
    found = await sandbox.store.run(_survey, sandbox.rules, prefix, before)
    trades, language = found["trades"], language_of(request)
    context = {
        **found,
        "trades": trades[: trade_story.PAGE],
        "older": trades[trade_story.PAGE - 1].id if len(trades) > trade_story.PAGE else None,
        "q": prefix,
        "calls": [(call.value, call.value) for call in CALLS],
        "faults": [(fault.value, say(language, words)) for fault, words in FAULT_WORDS.items()],
        "waiting": [(call, FAULT_WORDS[fault]) for call, fault in found["waiting"]],
        "example": _receiver_of(request),
        "alone": sandbox_of(request).base_url is None,
        "resets_desk": False,
        "form": form,
        "home": _home(request),
    }
    return operator_page(request, "panel", context, form.status)


def _receiver_of(request: Request) -> str:
    """An address for notices, to show what one looks like: the desk's own, where there is one."""
    sandbox = sandbox_of(request)
    root = addresses.base_url(request).removesuffix(sandbox.prefix)
    return f"{root if sandbox.base_url else 'http://127.0.0.1:8000'}/netcash/notify"


async def show_trade(request: Request) -> Response:
    """One trade as the gateway sees it."""
    return await _trade(request, Form())


async def _trade(request: Request, form: Form) -> Response:
    sandbox = sandbox_of(request)
    access_id = request.path_params["AccessID"]
    story = await sandbox.store.run(trade_story.trade_story, sandbox.rules, access_id)
    if story is None:
        raise HTTPException(404)
    trade = story.trade
    context = {
        "story": story,
        "trade": trade,
        "scenarios": [
            (one.name, f"{one.name}: {say(language_of(request), one.does)}")
            for one in SCENARIOS
            if one.can_still_act(trade.status)
        ],
        "form": form,
        "home": _home(request),
    }
    return operator_page(request, "trade", context, form.status)


def _doing(command: Command) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        typed = await read_form(request)
        wrongs = await _do(command, request, typed)
        if not wrongs:
            return RedirectResponse(_home(request), 303)
        path = command.path.format(**request.path_params)
        form = Form(path, typed, wrongs, language_of(request))
        return await (_trade if "AccessID" in request.path_params else _panel)(request, form)

    return endpoint


async def _do(command: Command, request: Request, typed: dict[str, str]) -> list[Wrong]:
    """Do it; where it cannot be done, what is wrong with each field."""
    given = {**typed, **request.path_params}
    wrongs = command.problems(given)
    if any(wrong.field in request.path_params for wrong in wrongs):
        raise HTTPException(404)
    try:
        if not wrongs:
            await command.done_with(sandbox_of(request), given)
    except NotThere:
        raise HTTPException(404) from None
    except Wrong as wrong:
        return [wrong]
    return wrongs


def _home(request: Request) -> str:
    """The page that a form of ours stands on."""
    access_id = request.path_params.get("AccessID")
    return addresses.inside(request, f"/trades/{access_id}" if access_id else "") or "/"


class _Home(Route):
    """The panel's own address, with and without the slash that a mounting may leave off."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__("/", endpoint)
        self.path_regex = re.compile("^/?$")


def panel_routes() -> list[BaseRoute]:
    """The panel's pages, and an address for each command."""
    return [
        _Home(for_operators(show)),
        Route("/trades/{AccessID}", for_operators(show_trade)),
        *(
            Route(command.path, for_operators(_doing(command)), methods=["POST"])
            for command in COMMANDS
        ),
    ]
