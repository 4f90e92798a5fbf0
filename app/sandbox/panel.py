"""The operators' control panel: see what the gateway sees, and turn what can be turned."""

import re
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.sandbox import addresses, overview, shops
from app.sandbox.behaviour import FAULT_WORDS
from app.sandbox.bodies import Unreadable, read_own_form
from app.sandbox.deed import Deed, NotThere, Wrong
from app.sandbox.deeds import CALLS, DEEDS
from app.sandbox.dials import clock_offset, waiting_faults
from app.sandbox.doors import Endpoint, for_operators
from app.sandbox.operator_pages import operator_page, whole_number
from app.sandbox.rules import Rules
from app.sandbox.sandbox import sandbox_of
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.sender import allowed_hosts


def _survey(
    connection: sqlite3.Connection, rules: Rules, prefix: str, before: int | None
) -> dict[str, Any]:
    return {
        "now": rules.dials.now(connection),
        "offset": clock_offset(connection),
        "trades": overview.trades_page(connection, rules, prefix, before),
        "waiting": waiting_faults(connection),
        "shops": shops.all_shops(connection),
        "key": shops.sandbox_key(connection),
        "hosts": " ".join(sorted(allowed_hosts(connection))),
    }


async def show(request: Request) -> Response:
    """The panel."""
    sandbox = sandbox_of(request)
    prefix = request.query_params.get("q", "").strip()
    before = whole_number(request.query_params.get("before", ""))
    found = await sandbox.ledger.run(_survey, sandbox.rules, prefix, before)
    trades = found["trades"]
    context = {
        **found,
        "trades": trades[: overview.PAGE],
        "older": trades[overview.PAGE - 1].id if len(trades) > overview.PAGE else None,
        "q": prefix,
        "calls": CALLS,
        "faults": FAULT_WORDS,
        "resets_desk": False,
        "wrong": request.query_params.get("wrong"),
    }
    return operator_page(request, "panel", context)


async def show_trade(request: Request) -> Response:
    """One trade as the gateway sees it."""
    sandbox = sandbox_of(request)
    access_id = request.path_params["AccessID"]
    story = await sandbox.ledger.run(overview.trade_story, sandbox.rules, access_id)
    if story is None:
        return PlainTextResponse("Not Found", 404)
    context = {"story": story, "trade": story.trade, "scenarios": SCENARIOS}
    return operator_page(request, "trade", context)


def _doing(deed: Deed) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            given = await read_own_form(request)
            values = deed.read({**given, **request.path_params})
            await deed.run(sandbox_of(request), values)
        except Unreadable as error:
            return Response(status_code=error.status)
        except NotThere:
            return PlainTextResponse("Not Found", 404)
        except Wrong as error:
            return PlainTextResponse(str(error), error.status)
        return RedirectResponse(_way_back(request), 303)

    return endpoint


def _way_back(request: Request) -> str:
    access_id = request.path_params.get("AccessID")
    return addresses.inside(request, f"/trades/{access_id}" if access_id else "") or "/"


class _Home(Route):
    """The panel's own address, with and without the slash that a mounting may leave off."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__("/", endpoint)
        self.path_regex = re.compile("^/?$")


def panel_routes() -> list[BaseRoute]:
    """The panel's pages, and an address for each deed."""
    return [
        _Home(for_operators(show)),
        Route("/trades/{AccessID}", for_operators(show_trade)),
        *(Route(deed.path, for_operators(_doing(deed)), methods=["POST"]) for deed in DEEDS),
    ]
