"""The automation: what the panel shows and does, as JSON, for a merchant's own tests."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.sandbox.automation.openapi import description
from app.sandbox.automation.reads import READS, BadQuery, Read
from app.sandbox.calls.bodies import Unreadable, read_body
from app.sandbox.commands.command import Command, NotThere
from app.sandbox.commands.commands import COMMANDS
from app.sandbox.commands.given import Wrong
from app.sandbox.context import sandbox_of
from app.sandbox.operators.answering import FieldErrorAnswer, answered, refused
from app.sandbox.operators.auth import Endpoint, is_open, with_key


async def read_description(request: Request) -> Response:
    """The OpenAPI description of all this."""
    return JSONResponse(description(request))


def _reading(read: Read) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return answered(await read.run(request))
        except NotThere as missing:
            return refused(404, str(missing))
        except BadQuery as bad:
            return _to_blame(422, bad.field, str(bad))

    return endpoint


def _doing(command: Command) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            if command.for_admins and not is_open(request):
                return refused(403, "an administrator of the desk decides this")
            given = await _json_object(request)
            values = command.given.read({**given, **command.of_address(request.path_params)})
            return answered(await command.run(sandbox_of(request), values))
        except Unreadable as unreadable:
            return refused(unreadable.status, "no JSON object of at most 64 KiB")
        except NotThere:
            return refused(404, "no such trade or shop")
        except Wrong as wrong:
            return _to_blame(wrong.status, wrong.field, str(wrong))

    return endpoint


def _to_blame(status: int, field: str, words: str) -> Response:
    return answered(FieldErrorAnswer(error=words, field=field), status)


async def _json_object(request: Request) -> Mapping[str, Any]:
    body = await read_body(request)
    try:
        given = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise Unreadable(400) from None
    if not isinstance(given, dict):
        raise Unreadable(400)
    return given


def api_routes() -> list[BaseRoute]:
    """Reads, the commands, and the description, each behind the sandbox key."""
    at: dict[str, dict[str, Endpoint]] = {"/openapi.json": {"GET": read_description}}
    for read in READS:
        at.setdefault(f"/api{read.path}", {})["GET"] = _reading(read)
    for command in COMMANDS:
        at.setdefault(f"/api{command.path}", {})["POST"] = _doing(command)
    return [Route(path, with_key(_by_method(ways)), methods=[*ways]) for path, ways in at.items()]


def _by_method(ways: Mapping[str, Endpoint]) -> Endpoint:
    # One route for each address, so that a 405 names every method that is allowed there.
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await ways[method](request)

    return endpoint
