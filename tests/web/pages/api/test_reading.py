"""Orders and results as programs read them, and lookups that keep the rules of people."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from starlette.applications import Starlette

from app.protocol.statuses import Status
from app.records.orders import Order
from app.records.shops import Environment, Shop
from app.web.pages.api import models
from app.web.routes import routes
from tests.desk.callbacks.cast import PASSWORD, SHOP, an_order, body, tampered
from tests.web.pages.beside import a_token, shown

pytestmark = pytest.mark.anyio


def waiting(app: Starlette, *order_ids: str) -> None:
    with app.state.desk.database.writing() as session:
        shop = session.exec(select(Shop)).one()
        session.add_all([an_order(shop, one) for one in order_ids])


@pytest.fixture
def reads(desk_app: Starlette) -> dict[str, str]:
    return shown(a_token(desk_app, "read"))


@pytest.fixture
def looks_up(desk_app: Starlette) -> dict[str, str]:
    return shown(a_token(desk_app, "lookup"))


async def test_an_order_says_what_is_claimed_of_it_and_holds_no_secret(
    desk_app: Starlette, visitor: httpx.AsyncClient, reads: dict[str, str]
) -> None:
    waiting(desk_app, "A1001")
    with desk_app.state.desk.database.writing() as session:
        order = session.exec(select(Order)).one()
        order.access_pass, order.token = "a-pass", "a-token"
    await visitor.post("/netcash/return", content=body("A1001"))
    answer = await visitor.get(f"/api/v1/orders/{SHOP}/A1001", headers=reads)
    said = models.OrderAnswer.model_validate_json(answer.content)
    assert (said.status, said.money, said.Amount) == (Status.PAYSUCCESS, "reported", 1200)
    listed = await visitor.get("/api/v1/orders", params={"q": "A1001"}, headers=reads)
    assert listed.json() == {"orders": [answer.json()], "next": None}
    for text in (answer.text, listed.text):
        assert not [one for one in ("a-pass", "a-token", PASSWORD) if one in text]


async def test_every_order_comes_once_however_the_pages_are_cut(
    desk_app: Starlette, visitor: httpx.AsyncClient, reads: dict[str, str]
) -> None:
    waiting(desk_app, *(f"A{number}" for number in range(7)))
    for sort in ("-created", "order"):
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            asked = {"limit": "3", "cursor": cursor, "sort": sort}
            answer = await visitor.get("/api/v1/orders", params=asked, headers=reads)
            page = models.OrderPage.model_validate_json(answer.content)
            seen += [one.OrderID for one in page.orders]
            cursor = page.next
        assert sorted(seen) == [f"A{number}" for number in range(7)], sort


async def test_results_are_read_with_their_verdicts(
    visitor: httpx.AsyncClient, reads: dict[str, str]
) -> None:
    await visitor.post("/netcash/return", content=body("A1"))
    await visitor.post("/netcash/return", content=tampered("A2"))
    answer = await visitor.get("/api/v1/callbacks?verdict=mismatch", headers=reads)
    page = models.CallbackPage.model_validate_json(answer.content)
    assert [(one.OrderID, one.verdict) for one in page.callbacks] == [("A2", "mismatch")]


async def test_what_has_been_seen_is_not_sent_again(
    desk_app: Starlette, visitor: httpx.AsyncClient, reads: dict[str, str]
) -> None:
    waiting(desk_app, "A1")
    address = f"/api/v1/orders/{SHOP}/A1"
    tag = (await visitor.get(address, headers=reads)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await visitor.get(address, headers=reads | {"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    await visitor.post("/netcash/return", content=body("A1"))
    changed = await visitor.get(address, headers=reads | {"If-None-Match": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("env=moon", "env"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("status=PAID", "status"),
        ("from=soonish", "from"),
        ("colour=red", "colour"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(
    visitor: httpx.AsyncClient, reads: dict[str, str], query: str, field: str
) -> None:
    answer = await visitor.get(f"/api/v1/orders?{query}", headers=reads | {"Accept-Language": "ja"})
    problem = models.ProblemAnswer.model_validate_json(answer.content)
    assert (answer.status_code, problem.status, [*(problem.errors or {})]) == (422, 422, [field])
    assert problem.title == "This request cannot be read"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_may_what_it_was_made_for(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    reads, intake = (shown(a_token(desk_app, one)) for one in ("read", "intake"))
    asked = {"ShopID": SHOP, "OrderID": "A1"}
    for headers, expected in ((reads, 403), (intake, 403), ({}, 401)):
        answer = await visitor.post("/api/v1/lookups", json=asked, headers=headers)
        assert answer.status_code == expected
    for address in ("/api/v1/orders", "/api/v1/callbacks", f"/api/v1/orders/{SHOP}/A1"):
        assert (await visitor.get(address)).status_code == 401
        assert (await visitor.get(address, headers=intake)).status_code == 403
    for address in ("/api/v1/nothing", f"/api/v1/orders/{SHOP}/none", "/api/v1/orders/x/y"):
        answer = await visitor.get(address, headers=reads)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)
    wrong = await visitor.delete("/api/v1/orders", headers=reads)
    assert wrong.status_code in {404, 405}
    assert wrong.headers["content-type"] == "application/problem+json"


async def test_a_lookup_by_machine_keeps_the_sixty_minutes_and_the_reason(
    desk_app: Starlette, visitor: httpx.AsyncClient, looks_up: dict[str, str]
) -> None:
    # The gateway is not there: its silence is an answer to this all the same.
    with desk_app.state.desk.database.writing() as session:
        session.add(
            Shop(
                shop_id="9200000000001",
                environment=Environment.PRODUCTION,
                name="Shop",
                password=PASSWORD,
                gateway_url="http://127.0.0.1:1",
            )
        )
    asked = {"ShopID": SHOP, "OrderID": "A1"}
    first = await visitor.post("/api/v1/lookups", json=asked, headers=looks_up)
    assert first.status_code in {201, 202}
    assert models.LookupAnswer.model_validate_json(first.content).order is None
    unknown = await visitor.post("/api/v1/lookups", json=asked | {"ShopID": "x"}, headers=looks_up)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:netcash-desk:no-such-shop")
    for wrong in ({"OrderID": "あ"}, {"Other": 1}, {"OrderID": None}):
        answer = await visitor.post("/api/v1/lookups", json=asked | wrong, headers=looks_up)
        assert (answer.status_code, answer.json()["type"]) == (
            422,
            "urn:netcash-desk:not-understood",
        )


async def test_the_description_tells_of_every_address_and_its_models(
    visitor: httpx.AsyncClient,
) -> None:
    described = (await visitor.get("/api/v1/openapi.json")).json()
    there = {
        (line.path, method)
        for line in routes(None)
        if line.path.startswith(("/api/v1/", "/netcash/copies")) and "{path" not in line.path
        for method in line.methods or ()
    } - {("/api/v1/openapi.json", "GET"), ("/api/v1/openapi.json", "HEAD")}
    told = {(path, one.upper()) for path, ways in described["paths"].items() for one in ways}
    assert {one for one in there if one[1] != "HEAD"} == told
    named = json.dumps(described).split('"#/components/schemas/')[1:]
    assert {one.split('"')[0] for one in named} <= set(described["components"]["schemas"])
    example = described["components"]["schemas"]["OrderAnswer"]["examples"][0]
    assert models.OrderAnswer.model_validate(example).money == "confirmed"


JUNK = st.text(max_size=20) | st.sampled_from(["0" * 32, "2026-11-24", "-order", "\0", "'", "%"])
QUERY = st.dictionaries(
    st.sampled_from(["q", "cursor", "limit", "env", "from", "sort", "shop", "tag", "x"]), JUNK
)


@given(query=QUERY, sent=st.binary(max_size=60) | st.dictionaries(JUNK, JUNK).map(json.dumps))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_nothing_that_is_asked_breaks_it(
    desk_app: Starlette,
    visitor: httpx.AsyncClient,
    reads: dict[str, str],
    looks_up: dict[str, str],
    query: dict[str, Any],
    sent: Any,
) -> None:
    # So many questions are no fault of whoever asks them here.
    desk_app.state.services.token_rates._left.clear()
    for address in ("/api/v1/orders", "/api/v1/callbacks"):
        answer = await visitor.get(address, params=query, headers=reads)
        assert answer.status_code in {200, 422}, (address, query)
    answer = await visitor.post("/api/v1/lookups", content=sent, headers=looks_up)
    assert answer.status_code == 422
