"""What the OpenAPI description promises holds for any request, alone and below the desk."""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.main import create_app
from app.protocol.fields import Reason
from app.protocol.messages import (
    EntryTranRequest,
    ExecTranRequest,
    SearchRequest,
    StartRequest,
)
from app.protocol.messages.message import Message
from app.protocol.wire import FORM_TYPE
from app.sandbox.app import create_sandbox, running
from app.sandbox.store.shops import sandbox_key
from app.settings import Settings
from tests.conftest import browser_for
from tests.sandbox.merchant import SHOP

pytestmark = pytest.mark.anyio

Json = dict[str, Any]

MODELS_AT = "#/components/schemas/"
_numbers = count(1)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, "", " ", "0", "x" * 3000, "\ud800", "\x00", "あ", "'\"<>"),
    *([], {}, [1], {"a": {"b": 1}}),
)
ODD_IDS = ("x", "%00", "%ff", "0" * 32, "%F0%9F%98%80")
ODD_BODIES = (b"", b"null", b"[]", b"{", b"\xff", b'{"a":1}{', b"[" * 5000, b"a=1", b'"x"')
# A value that each pattern accepts; RetURL leads to a port where nobody listens.
FITTING = {
    "notify_url": "http://127.0.0.1:9/notify",
    "RetURL": "http://127.0.0.1:9/return",
    "OrderID": "A-1",
    "name": "Second shop",
    "hosts": "inside.example",
}


class Api:
    """The automation's addresses, asked with the sandbox key of the moment."""

    def __init__(self, http: httpx.AsyncClient, prefix: str, key: str) -> None:
        self.http, self.prefix, self.key = http, prefix, key

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return await self.http.request(method, self.prefix + path, headers=headers, **more)


@asynccontextmanager
async def mounted(settings: Settings) -> AsyncIterator[Api]:
    """The automation below the whole desk, behind its guard."""
    desk = create_app(settings)
    sandbox = next(line.endpoint.app for line in routes_of(desk) if line.name == "sandbox-api")
    async with desk.router.lifespan_context(desk), browser_for(desk, None) as http:
        yield Api(http, "/sandbox", await sandbox.state.store.run(sandbox_key))


def routes_of(app: Starlette) -> list[Any]:
    return list(app.routes)


@asynccontextmanager
async def alone(_: Settings) -> AsyncIterator[Api]:
    """The automation of a sandbox that runs alone, on its own machine."""
    app = create_sandbox(":memory:", base_url=None, late_seconds=0)
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            yield Api(http, "", "")


@pytest.fixture(
    params=[mounted, pytest.param(alone, marks=pytest.mark.soak)], ids=["mounted", "alone"]
)
async def api(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Api]:
    async with request.param(settings) as api:
        yield api


def fitting(dice: random.Random, name: str, schema: Json) -> Any:
    """A value that the schema accepts."""
    if "enum" in schema:
        return dice.choice(schema["enum"])
    if schema["type"] == "integer":
        return dice.randint(schema["minimum"], schema["maximum"])
    return FITTING[name]


def body_of(operation: Json) -> Json:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Json = content.get("application/json", {}).get("schema", {"properties": {}})
    return schema


def good_body(dice: random.Random, operation: Json) -> Json:
    properties = body_of(operation)["properties"]
    return {name: fitting(dice, name, schema) for name, schema in properties.items()}


def bad_body(dice: random.Random, operation: Json) -> bytes:
    """A body that may be wrong in any way: no JSON, or a good one with something changed."""
    if dice.random() < 0.3:
        return dice.choice(ODD_BODIES)
    body = good_body(dice, operation)
    name = dice.choice([*body, "another"])
    if dice.random() < 0.3:
        body.pop(name, None)
    else:
        body[name] = dice.choice(ODD)
    return json.dumps(body).encode()


def models_of(operation: Json, models: Json) -> Json:
    """The model of each answer, by its status."""
    schemas = {
        status: answer["content"]["application/json"]["schema"]
        for status, answer in operation["responses"].items()
    }
    return {
        status: models[schema["$ref"].removeprefix(MODELS_AT)] for status, schema in schemas.items()
    }


def objects_in(schema: Any) -> Iterator[Json]:
    """Every schema of an object, however deep."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects_in(inner)


def says_what_it_holds(schema: Json) -> bool:
    """Whether it names what it may hold, and all of it."""
    beyond = schema.get("additionalProperties", True)
    return beyond is False or (isinstance(beyond, dict) and bool(beyond))


def conforms(operation: Json, answer: httpx.Response) -> None:
    """The status is among those described, and the body has the names that its model has."""
    assert str(answer.status_code) in operation["responses"], (operation["operationId"], answer)
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert isinstance(told, dict)
    model = operation["models"][str(answer.status_code)]
    assert list(told) == list(model["properties"]), (operation["operationId"], told)
    assert answer.status_code == 200 or isinstance(told["error"], str)


async def each_operation(api: Api) -> list[tuple[str, str, Json]]:
    described = (await api.ask("GET", "/openapi.json")).json()
    models = described["components"]["schemas"]
    return [
        (method.upper(), path, {**operation, "models": models_of(operation, models)})
        for path, methods in described["paths"].items()
        if path.startswith("/api/")  # the gateway's own calls answer in their own way
        for method, operation in methods.items()
    ]


async def a_trade(api: Api) -> str:
    await api.ask("POST", "/api/faults/forget")  # one of them cuts the connection
    order = SHOP | {"OrderID": f"F{next(_numbers)}", "Amount": "1"}
    answer = await api.http.post(f"{api.prefix}/payment/EntryTranNetcash.idPass", data=order)
    found = re.search("AccessID=([0-9a-f]{32})", answer.text)
    return found[1] if found else ""


async def ask_good(api: Api, dice: random.Random, method: str, path: str, op: Json) -> None:
    """A request as described is done, or refused for how things are: never for its form."""
    known = {"ShopID": SHOP["ShopID"], "AccessID": await a_trade(api)}
    query = {"q": "F", "before": 5} if op["operationId"] == "readTrades" else {}
    body = json.dumps(good_body(dice, op)) if method == "POST" else None
    answer = await api.ask(method, path.format(**known), content=body, params=query)
    conforms(op, answer)
    assert answer.status_code in (200, 409), (op["operationId"], body, answer.text)
    if op["operationId"] == "renewKey":
        api.key = answer.json()["key"]


async def ask_bad(api: Api, dice: random.Random, method: str, path: str, op: Json) -> None:
    known = {"ShopID": dice.choice((SHOP["ShopID"], *ODD_IDS)), "AccessID": dice.choice(ODD_IDS)}
    query = {"q": dice.choice(("\x00", "😀")), "before": dice.choice(("-1", "x", "9" * 40))}
    body = bad_body(dice, op) if method == "POST" else None
    answer = await api.ask(method, path.format(**known), content=body, params=query)
    conforms(op, answer)
    if op["operationId"] == "renewKey" and answer.status_code == 200:
        api.key = answer.json()["key"]


@pytest.mark.parametrize("rounds", [8, pytest.param(30, marks=pytest.mark.soak)])
async def test_every_answer_is_one_that_is_described(api: Api, rounds: int) -> None:
    dice = random.Random(9)
    operations = await each_operation(api)
    assert len(operations) > 15
    for _ in range(rounds):
        for operation in operations:
            await ask_bad(api, dice, *operation)
            await ask_good(api, dice, *operation)


async def test_an_unknown_address_or_method_is_answered_in_json(api: Api) -> None:
    assert (await api.ask("GET", "/api/nothing")).json() == {"error": "Not Found"}
    answer = await api.ask("PUT", "/api/trades")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "error" in answer.json()


async def test_no_answer_is_described_as_a_mere_object(api: Api) -> None:
    operations = await each_operation(api)
    described = (await api.ask("GET", "/openapi.json")).json()["components"]["schemas"]
    answers = [model for _, _, one in operations for model in one["models"].values()]
    objects = [*objects_in(answers), *objects_in(described)]
    assert len(objects) > len(answers)
    assert not [one for one in objects if not says_what_it_holds(one)]


async def test_only_what_can_be_answered_is_described(api: Api) -> None:
    described = (await api.ask("GET", "/openapi.json")).json()
    asked_for = set(re.findall(f'"{MODELS_AT}([^"]+)"', json.dumps(described)))
    assert set(described["components"]["schemas"]) == asked_for


REQUESTS: dict[str, type[Message]] = {
    request.CALL.path: request
    for request in (EntryTranRequest, ExecTranRequest, SearchRequest, StartRequest)
}
VALUES = ("", "0", "16", "99", "A-1", "a_b", "あ", "a|b", "NETCASH", "NNCGIFT", "x\ty", "https://a")
# What no schema can say: how many bytes of Windows-31J, which amounts, what no text may hold.
BEYOND = {Reason.OUT_OF_RANGE, Reason.TOTAL_OUT_OF_RANGE}


def fits(schema: Json, value: str) -> bool:
    """Whether a value is as its schema says."""
    if "enum" in schema:
        return value in schema["enum"]
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
    return least <= len(value) <= most and bool(re.search(schema.get("pattern", ""), value))


async def test_the_gateway_s_calls_are_described_as_they_are_checked() -> None:
    async with alone(Settings.model_construct()) as api:
        described = (await api.ask("GET", "/openapi.json")).json()["paths"]
    forms = {
        path: described[path]["post"]["requestBody"]["content"][FORM_TYPE]["schema"]
        for path in REQUESTS
    }
    for path, request in REQUESTS.items():
        properties = forms[path]["properties"]
        assert list(properties) == [row.name for row in request.PARAMETERS]
        for row in request.PARAMETERS:
            assert (row.name in forms[path]["required"]) == row.required
            for value in {*VALUES, *("x" * length for length in (8, 9, 13, 14, 27, 28, 32, 256))}:
                found = {one.reason for one in row.problems(value)} - BEYOND
                absent = not value and not row.required
                assert (absent or fits(properties[row.name], value)) == (not found), (row, value)


async def test_the_price_of_a_new_key_is_said_where_it_is_described() -> None:
    async with alone(Settings.model_construct()) as api:
        described = (await api.ask("GET", "/openapi.json")).json()["paths"]
    assert "401" in described["/api/key"]["post"]["description"]


async def test_a_value_that_nobody_reads_is_refused_by_its_name(api: Api) -> None:
    answer = await api.ask("POST", "/api/clock", json={"minutes": 1, "hours": 1})
    assert (answer.status_code, answer.json()["field"]) == (422, "hours")
    odd: tuple[Any, ...] = (True, "1 ", 1.5, None, [])
    for wrong in odd:
        answer = await api.ask("POST", "/api/clock", json={"minutes": wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, "minutes")
