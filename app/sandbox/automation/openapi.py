"""The OpenAPI description: the automation, out of its models, and the gateway's own calls."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from starlette.requests import Request

from app.sandbox import addresses
from app.sandbox.automation.gateway_calls import gateway_calls
from app.sandbox.automation.reads import READS, Read
from app.sandbox.commands.answers import Answer
from app.sandbox.commands.command import Command
from app.sandbox.commands.commands import COMMANDS
from app.sandbox.commands.given import AccessId, ShopId
from app.sandbox.operators.answering import ErrorAnswer, FieldErrorAnswer
from app.sandbox.operators.auth import is_open

Json = dict[str, Any]

_ERRORS: Final = {
    "400": "The body is no JSON object.",
    "401": "The sandbox key is needed.",
    "403": "A page of another site sent this.",
    "404": "There is no such trade or shop.",
    "409": "A value could be used, but not as things are; `field` names it.",
    "413": "The body is longer than 64 KiB.",
    "422": "A value cannot be used; `field` names it.",
    "503": "The sandbox's store does not answer.",
}
_FIELD_NAMED: Final = ("409", "422")
_SENT: Final[JsonSchemaMode] = "serialization"
_AT: Final = "#/components/schemas/{model}"
_IN_PATH: Final = {
    "AccessID": TypeAdapter(AccessId).json_schema(),
    "ShopID": TypeAdapter(ShopId).json_schema(),
}


def description(request: Request) -> Json:
    """The description, with this sandbox's own address."""
    paths, opened = gateway_calls(), is_open(request)
    commands = [one for one in COMMANDS if opened or not one.for_admins]
    answers = [one.answer for one in READS] + [one.answer for one in commands]
    for read in READS:
        paths.setdefault(f"/api{read.path}", {})["get"] = _read(read)
    for command in commands:
        paths.setdefault(f"/api{command.path}", {})["post"] = _command(command)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NET CASH sandbox",
            "version": "1",
            "description": "The gateway's calls, and what drives the sandbox from your own tests.",
        },
        "servers": [{"url": addresses.base_url(request)}],
        "security": [] if opened else [{"sandboxKey": []}],
        "components": {
            "securitySchemes": {"sandboxKey": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(*answers),
        },
        "paths": paths,
    }


class _Plain(GenerateJsonSchema):
    """Fields without a title, which would but say their name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


@cache
def _schemas(*answers: type[Answer]) -> Json:
    """The schemas of what is answered, errors too, each under its model's name."""
    models: set[type[BaseModel]] = {*answers, ErrorAnswer, FieldErrorAnswer}
    ways = [(one, _SENT) for one in sorted(models, key=lambda one: one.__name__)]
    _, found = models_json_schema(ways, ref_template=_AT, schema_generator=_Plain)
    schemas: Json = found["$defs"]
    return schemas


def _read(read: Read) -> Json:
    parameters = [
        {"name": one.name, "in": "query", "description": one.words, "schema": one.schema}
        for one in read.query
    ]
    known = ("404",) if "{" in read.path else ("422",) if read.query else ()
    return {
        "operationId": read.name,
        "summary": read.summary,
        "parameters": [*_in_path(read.path), *parameters],
        "responses": _responses(read.answer, ("401", *known, "503")),
    }


def _command(command: Command) -> Json:
    schema = command.given.model_json_schema(schema_generator=_Plain)
    in_path = re.findall(r"{(\w+)}", command.path)
    body = {
        "type": "object",
        "properties": {
            name: value for name, value in schema["properties"].items() if name not in in_path
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
        "responses": _responses(command.answer, known),
    }


def _in_path(path: str) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _IN_PATH[name]}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _responses(answer: type[Answer], errors: Iterable[str]) -> Json:
    refusals = {code: FieldErrorAnswer if code in _FIELD_NAMED else ErrorAnswer for code in errors}
    return {
        "200": {"description": "Done.", "content": _content(answer)},
        **{
            code: {"description": _ERRORS[code], "content": _content(model)}
            for code, model in refusals.items()
        },
    }


def _content(model: type[Answer]) -> Json:
    return {"application/json": {"schema": {"$ref": _AT.format(model=model.__name__)}}}
