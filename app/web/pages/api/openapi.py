"""The description of all that programs ask (OpenAPI 3.1), made from the models that answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.checkstring import Verdict
from app.records.order_lists import SortBy
from app.records.shops import Environment
from app.web.http.problems import MEDIA_TYPE as PROBLEM
from app.web.http.requests import desk_of
from app.web.http.routing import methods_at
from app.web.pages.api import models
from app.web.pages.api.answers import MEDIA_TYPE
from app.web.pages.api.reading import LIMIT_MOST
from app.web.pages.order_filters import CHOICES

Json = dict[str, Any]

MODELS: tuple[type[BaseModel], ...] = (
    models.OrderAnswer,
    models.OrderPage,
    models.CallbackPage,
    models.CopyAnswer,
    models.LookupAnswer,
    models.ProblemAnswer,
)

TEXT: Json = {"type": "string"}
# As it is best written; what people write besides is taken as well. Empty is none.
DAY: Json = {
    "type": "string",
    "pattern": "^(20[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)"
    "|(0[13578]|1[02])-31))?$",
    "examples": ["2026-11-24"],
}
YEN: Json = {"type": "integer", "minimum": 0, "maximum": 9_999_999_999}


def _one_of(values: Iterable[str]) -> Json:
    """One of these; empty is none."""
    return {"type": "string", "enum": ["", *map(str, values)]}


_PAGE: Mapping[str, tuple[str, Json]] = {
    "env": (
        "One environment. Left out: the sandbox while it is on, else production.",
        _one_of(Environment),
    ),
    "cursor": ("The `next` of the page before.", TEXT),
    "limit": (
        f"At most so many: 1 to {LIMIT_MOST}.",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST},
    ),
    "from": ("A day in Japan, such as 2026-11-24.", DAY),
    "to": ("A day in Japan, included.", DAY),
}
_ORDERS = {
    **_PAGE,
    "q": ("What /orders finds: a part of an OrderID, a word, an amount.", TEXT),
    "status": ("A status, or several under one name.", _one_of(sorted(CHOICES))),
    "shop": ("A ShopID.", TEXT),
    "tag": ("A tag that a result of the order bears.", TEXT),
    "paid-from": ("Paid on this day or later.", DAY),
    "paid-to": ("Paid on this day or earlier.", DAY),
    "amount-from": ("Amount and Tax together, in yen.", YEN),
    "amount-to": ("Amount and Tax together, in yen.", YEN),
    "sort": (
        "Falling with - before it.",
        _one_of(f"{sign}{one}" for one in SortBy for sign in ("", "-")),
    ),
}
_CALLBACKS = {
    **_PAGE,
    "q": ("The beginning of an OrderID.", TEXT),
    "verdict": ("One verdict.", _one_of(Verdict)),
    "copy_of": ("The repeats of this callback.", TEXT),
}

_PROBLEMS = {
    "401": "No token that holds.",
    "403": "The token may do other things.",
    "404": "There is no such order, or no such shop.",
    "409": "Not now: `free_at` says from when no Reason is needed.",
    "413": "The body is longer than 64 KiB.",
    "422": "`errors` names what was not understood.",
    "429": "The token asks too often; Retry-After says how long to wait.",
    "503": "Nothing was stored. Send it again.",
}


def show(request: Request) -> Response:
    """GET /api/v1/openapi.json."""
    text = _description(desk_of(request).settings.base_url)
    return Response(text, media_type=MEDIA_TYPE)


def nothing(request: Request) -> Response:
    """Any other address under /api/v1, and any other method of one that there is."""
    raise HTTPException(405 if methods_at(request.app.routes, request.scope) else 404)


@cache
def _description(base_url: str) -> str:
    ways = [(one, "serialization") for one in MODELS] + [(models.LookupQuestion, "validation")]
    _, schemas = models_json_schema(ways, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "NET CASH Desk",
                "version": "1",
                "description": "Orders and results as this desk knows them; lookups; copies.",
            },
            "servers": [{"url": base_url}],
            "security": [{"token": []}],
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": schemas["$defs"],
            },
            "paths": _paths(),
        },
        ensure_ascii=False,
        indent=1,
    )


def _paths() -> Json:
    path = [_parameter(name, "path", ("", TEXT)) for name in ("ShopID", "OrderID")]
    etag = [_parameter("If-None-Match", "header", ("An ETag that was answered before.", TEXT))]
    return {
        "/api/v1/orders": {
            "get": _read("Orders, the newest first.", "readOrders", "OrderPage", ["422"], _ORDERS)
        },
        "/api/v1/orders/{ShopID}/{OrderID}": {
            "get": _operation("One order.", "readOrder", {"200": "OrderAnswer"}, ["404"])
            | {"parameters": path + etag}
        },
        "/api/v1/callbacks": {
            "get": _read("Results that came.", "readCallbacks", "CallbackPage", ["422"], _CALLBACKS)
        },
        "/api/v1/lookups": {
            "post": _operation(
                "Have the gateway asked about one order (scope lookup).",
                "lookUp",
                {"201": "LookupAnswer", "202": "LookupAnswer"},
                ["404", "409", "413", "422"],
            )
            | {"requestBody": _body(MEDIA_TYPE, _reference("LookupQuestion"))}
        },
        "/netcash/copies": {
            "post": _operation(
                "Bring a result as it came to the shop (scope intake).",
                "copyResult",
                {"201": "CopyAnswer", "200": "CopyAnswer"},
                ["413", "503"],
            )
            | {
                # An empty body is one that came: it is kept, and judged for what it is.
                "requestBody": _body("application/x-www-form-urlencoded", TEXT, required=False),
                "parameters": [
                    _parameter("X-Received-At", "header", ("When it came to the shop.", TEXT)),
                    _parameter("X-Remote-Address", "header", ("Who brought it there.", TEXT)),
                ],
            }
        },
    }


def _read(
    summary: str,
    name: str,
    model: str,
    problems: Iterable[str],
    query: Mapping[str, tuple[str, Json]],
) -> Json:
    parameters = [_parameter(key, "query", about) for key, about in query.items()]
    return _operation(summary, name, {"200": model}, problems) | {"parameters": parameters}


def _operation(
    summary: str, name: str, answers: Mapping[str, str], problems: Iterable[str]
) -> Json:
    told = {
        status: {"description": _PROBLEMS[status], "content": _content(PROBLEM, "ProblemAnswer")}
        for status in sorted(("401", "403", "429", *problems))
    }
    good = {
        status: {"description": summary, "content": _content(MEDIA_TYPE, model)}
        for status, model in answers.items()
    }
    if "200" in answers and len(answers) == 1:
        good["304"] = {"description": "You have seen just this (If-None-Match)."}
    return {"operationId": name, "summary": summary, "responses": good | told}


def _content(media_type: str, model: str) -> Json:
    return {media_type: {"schema": _reference(model)}}


def _reference(model: str) -> Json:
    return {"$ref": f"#/components/schemas/{model}"}


def _body(media_type: str, schema: Json, *, required: bool = True) -> Json:
    return {"required": required, "content": {media_type: {"schema": schema}}}


def _parameter(name: str, place: str, about: tuple[str, Json]) -> Json:
    description, schema = about
    said = {"description": description} if description else {}
    return {"name": name, "in": place, "required": place == "path", "schema": schema} | said
