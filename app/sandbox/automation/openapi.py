"""The OpenAPI description of the automation, made from the table of commands."""

import re
from typing import Any, Final

from starlette.requests import Request

from app.sandbox import addresses
from app.sandbox.commands.command import Command, Field
from app.sandbox.commands.commands import COMMANDS
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
    "AccessID": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "ShopID": {"type": "string", "pattern": "^[0-9A-Za-z]{1,13}$"},
}


def description(request: Request) -> Json:
    """The description, with this sandbox's own address."""
    paths: dict[str, Json] = {}
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
            "description": "Drive the simulated gateway from your own tests.",
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
    in_path = re.findall(r"{(\w+)}", command.path)
    fields = [field for field in command.fields if field.name not in in_path]
    known = [code for code in _ERRORS if code != "404" or in_path]
    return {
        "operationId": command.name,
        "summary": command.summary,
        "parameters": _in_path(command.path),
        "requestBody": {
            "required": bool(fields),
            "content": {"application/json": {"schema": _body(fields)}},
        },
        "responses": _responses(known),
    }


def _in_path(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _IN_PATH[name]}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _body(fields: list[Field]) -> Json:
    schema: Json = {
        "type": "object",
        "properties": {one.name: _schema(one) for one in fields},
        "additionalProperties": False,
    }
    required = [field.name for field in fields]
    return {**schema, "required": required} if required else schema


def _schema(field: Field) -> Json:
    schema: Json = {"type": field.kind}
    if field.choices:
        return {**schema, "enum": list(field.choices)}
    if field.kind == "integer":
        return {**schema, "minimum": field.least, "maximum": field.most}
    if field.kind == "string":
        schema |= {"minLength": field.least, "maxLength": field.most}
    if field.pattern:
        schema["pattern"] = f"^{field.pattern}$"
    return schema


def _responses(errors: tuple[str, ...] | list[str]) -> Json:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    success = {"application/json": {"schema": {"type": "object"}}}
    return {
        "200": {"description": "Done.", "content": success},
        **{code: {"description": _ERRORS[code], "content": error} for code in errors},
    }
