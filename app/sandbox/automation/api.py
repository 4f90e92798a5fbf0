"""The automation: what the panel shows and does, as JSON, for a merchant's own tests."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.protocol.words import in_each_language
from app.sandbox.automation.client_reads import read_client, read_readiness
from app.sandbox.automation.openapi import description
from app.sandbox.calls.bodies import Unreadable, read_body
from app.sandbox.commands.command import Command, NotThere
from app.sandbox.commands.commands import COMMANDS
from app.sandbox.commands.given import Wrong
from app.sandbox.context import sandbox_of
from app.sandbox.operators.auth import Endpoint, is_open, with_key
from app.sandbox.operators.templates import whole_number
from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.store import shops, trade_story
from app.sandbox.store.controls import clock_offset, moment, waiting_faults
from app.sandbox.store.journal import Entry
from app.sandbox.store.trade_story import PAGE, TradeStory
from app.sandbox.store.trades import Trade

Json = dict[str, Any]


def error(status: int, words: str, **more: str) -> Response:
    """An error as this API tells it."""
    return JSONResponse({"error": words, **more}, status)


async def read_state(request: Request) -> Response:
    """The controls: the clock, and the faults in waiting."""
    sandbox = sandbox_of(request)
    now = await sandbox.store.run(sandbox.rules.controls.now)
    ahead = await sandbox.store.run(clock_offset)
    waiting = await sandbox.store.run(waiting_faults)
    return JSONResponse(
        {
            "now": moment(now).isoformat(),
            "seconds_ahead": ahead // 1000,
            "faults": [{"call": call.value, "fault": fault.value} for call, fault in waiting],
        }
    )


async def read_trades(request: Request) -> Response:
    """Trades, the newest first, a page at a time."""
    sandbox, query = sandbox_of(request), request.query_params
    before = whole_number(query.get("before", ""))
    if before is None and "before" in query:
        return error(422, "must be a whole number", field="before")
    found = await sandbox.store.run(
        trade_story.trades_page, sandbox.rules, query.get("q", ""), before, query.get("ShopID", "")
    )
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return JSONResponse({"trades": [trade_json(one) for one in found[:PAGE]], "older": older})


async def read_trade(request: Request) -> Response:
    """One trade with what happened to it."""
    sandbox, access_id = sandbox_of(request), request.path_params["AccessID"]
    story = await sandbox.store.run(trade_story.trade_story, sandbox.rules, access_id)
    return JSONResponse(story_json(story)) if story else error(404, "no such trade")


async def read_shops(request: Request) -> Response:
    """The shops with their credentials."""
    found = await sandbox_of(request).store.run(shops.all_shops)
    return JSONResponse({"shops": [shop._asdict() for shop in found]})


async def read_scenarios(request: Request) -> Response:
    """The table of scenarios."""
    del request
    rows = [
        {
            "name": one.name,
            "suffix": one.suffix,
            "does": in_each_language(one.does),
            "sees": in_each_language(one.sees),
        }
        for one in SCENARIOS
    ]
    return JSONResponse({"scenarios": rows})


async def read_description(request: Request) -> Response:
    """The OpenAPI description of all this."""
    return JSONResponse(description(request))


def trade_json(trade: Trade) -> Json:
    """A trade; its shop's password stays with the shop."""
    expires = trade.expires_at
    return {
        **{name: value for name, value in trade._asdict().items() if name not in _HIDDEN},
        "entered_at": moment(trade.entered_at).isoformat(),
        "processed_at": moment(trade.processed_at).isoformat(),
        "expires_at": None if expires is None else moment(expires).isoformat(),
    }


_HIDDEN = frozenset({"ShopPass", "shop_name", "tries"})


def story_json(story: TradeStory) -> Json:
    """A trade with its statuses, its requests and its notices."""
    return {
        **trade_json(story.trade),
        "history": [{**step._asdict(), "at": moment(step.at).isoformat()} for step in story.steps],
        "requests": [entry_json(entry) for entry in story.requests],
        "notices": [
            {**one._asdict(), "due_at": one.due_at and moment(one.due_at).isoformat()}
            for one in story.notices
        ],
    }


def entry_json(entry: Entry) -> Json:
    """A request without its body, which may hold secrets."""
    return {
        "at": moment(entry.at).isoformat(),
        "call": entry.call,
        "ShopID": entry.ShopID,
        "OrderID": entry.OrderID,
        "errors": entry.codes.split("|") if entry.codes else [],
        "fault": entry.fault or None,
    }


def _doing(command: Command) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            if command.for_admins and not is_open(request):
                return error(403, "an administrator of the desk decides this")
            given = await _json_object(request)
            values = command.given.read({**given, **command.of_address(request.path_params)})
            return JSONResponse(await command.run(sandbox_of(request), values))
        except Unreadable as unreadable:
            return error(unreadable.status, "no JSON object of at most 64 KiB")
        except NotThere:
            return error(404, "no such trade or shop")
        except Wrong as wrong:
            return error(wrong.status, str(wrong), field=wrong.field)

    return endpoint


async def _json_object(request: Request) -> Mapping[str, Any]:
    body = await read_body(request)
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise Unreadable(400) from None
    if not isinstance(given, dict):
        raise Unreadable(400)
    return given


_READS: Final = {
    "/openapi.json": read_description,
    "/api/state": read_state,
    "/api/trades": read_trades,
    "/api/trades/{AccessID}": read_trade,
    "/api/shops": read_shops,
    "/api/shops/{ShopID}/client": read_client,
    "/api/shops/{ShopID}/readiness": read_readiness,
    "/api/scenarios": read_scenarios,
}


def api_routes() -> list[BaseRoute]:
    """Reads, the commands, and the description, each behind the sandbox key."""
    at: dict[str, dict[str, Endpoint]] = {}
    for path, read in _READS.items():
        at.setdefault(path, {})["GET"] = read
    for command in COMMANDS:
        at.setdefault(f"/api{command.path}", {})["POST"] = _doing(command)
    return [Route(path, with_key(_by_method(ways)), methods=[*ways]) for path, ways in at.items()]


def _by_method(ways: Mapping[str, Endpoint]) -> Endpoint:
    # One route for each address, so that a 405 names every method that is allowed there.
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await ways[method](request)

    return endpoint
