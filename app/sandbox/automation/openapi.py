"""The OpenAPI description: the automation, out of its models, and the gateway's own calls."""

import re
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.requests import Request

from app.sandbox import addresses
from app.sandbox.automation.gateway_calls import gateway_calls
from app.sandbox.commands.command import Command
from app.sandbox.commands.commands import COMMANDS
from app.sandbox.commands.given import AccessId, ShopId
from app.sandbox.operators.auth import is_open

Json = dict[str, Any]

# Operation, path, summary and query parameters of what is only read.
READS: Final = (
    ("readState", "/state", "The clock and the faults in waiting.", ()),
    (
        "readTrades",
        "/trades",
        "Trades, the newest first, a page at a time.",
        (
            ("q", "The beginning of an OrderID.", {"type": "string"}),
            ("ShopID", "Trades of this shop alone.", {"type": "string"}),
            (
                "before",
                "The `older` of the page before.",
                {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999},
            ),
        ),
    ),
    ("readTrade", "/trades/{AccessID}", "One trade with what happened to it.", ()),
    ("readShops", "/shops", "The shops with their credentials.", ()),
    ("readClient", "/shops/{ShopID}/client", "The client's last requests, with what to mend.", ()),
    ("readReadiness", "/shops/{ShopID}/readiness", "How each scenario stands for the client.", ()),
    ("readScenarios", "/scenarios", "The table of scenarios.", ()),
)

_ERRORS: Final = {
    "400": "The body is no JSON object.",
    "401": "The sandbox key is needed.",
    "403": "A page of another site sent this.",
    "404": "There is no such trade or shop.",
    "409": "A value could be used, but not as things are; `field` names it.",
    "413": "The body is longer than 64 KiB.",
    "422": "A value cannot be used; `field` names it.",
}
_IN_PATH: Final = {
    "AccessID": TypeAdapter(AccessId).json_schema(),
    "ShopID": TypeAdapter(ShopId).json_schema(),
}


def description(request: Request) -> Json:
    """The description, with this sandbox's own address."""
    paths = gateway_calls()
    for name, path, summary, query in READS:
        paths.setdefault(f"/api{path}", {})["get"] = _read(name, path, summary, query)
    for command in COMMANDS:
        if command.for_admins and not is_open(request):
            continue
        paths.setdefault(f"/api{command.path}", {})["post"] = _command(command)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NET CASH sandbox",
            "version": "1",
            "description": "The gateway's calls, and what drives the sandbox from your own tests.",
        },
        "servers": [{"url": addresses.base_url(request)}],
        "security": [] if is_open(request) else [{"sandboxKey": []}],
        "components": {
            "securitySchemes": {"sandboxKey": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
        "paths": paths,
    }


_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "field": {"type": "string"}},
}


def _read(name: str, path: str, summary: str, query: tuple[tuple[str, str, Json], ...]) -> Json:
    parameters = [
        {"name": key, "in": "query", "description": words, "schema": schema}
        for key, words, schema in query
    ]
    known = ("401", "404") if "{" in path else ("401", "422") if query else ("401",)
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*_in_path(path), *parameters],
        "responses": _responses(known),
    }


def _command(command: Command) -> Json:
    schema = command.given.model_json_schema()
    in_path = re.findall(r"{(\w+)}", command.path)
    body = {
        "type": "object",
        "properties": {
            name: _untitled(value)
            for name, value in schema["properties"].items()
            if name not in in_path
        },
        "required": [name for name in schema.get("required", ()) if name not in in_path],
        "additionalProperties": False,
    }
    known = [code for code in _ERRORS if code != "404" or in_path]
    return {
        "operationId": command.name,
        "summary": command.summary,
        **({"description": command.warning} if command.warning else {}),
        "parameters": _in_path(command.path),
        "requestBody": {
            "required": bool(body["required"]),
            "content": {"application/json": {"schema": body}},
        },
        "responses": _responses(known),
    }


def _untitled(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key != "title"}


def _in_path(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _IN_PATH[name]}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _responses(errors: tuple[str, ...] | list[str]) -> Json:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    success = {"application/json": {"schema": {"type": "object"}}}
    return {
        "200": {"description": "Done.", "content": success},
        **{code: {"description": _ERRORS[code], "content": error} for code in errors},
    }
