"""The command palette: a few letters lead to pages, actions and records."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.protocol.checkstring import Verdict
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.web.pages.rows import a_callback, an_exchange, an_order

pytestmark = pytest.mark.anyio

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def choices(client: httpx.AsyncClient, typed: str) -> list[str]:
    answer = await client.get("/palette", params={"find": typed}, headers=HTMX)
    assert "<html" not in answer.text
    return re.findall(r'data-choice href="(.*?)"', answer.text)


async def test_pages_and_actions_are_found_by_their_names_in_either_language(
    client: httpx.AsyncClient,
) -> None:
    assert {"/", "/orders", "/orders/new", "/settings/users"} <= set(await choices(client, ""))
    assert await choices(client, "exchang") == ["/exchanges"]
    assert await choices(client, "通信") == ["/exchanges"]
    assert "<html" in (await client.get("/palette?find=exchang")).text


async def test_records_are_found_among_them(client: httpx.AsyncClient, desk_app: Starlette) -> None:
    order = an_order(desk_app, "A1001", client_field2="髙橋 花子")
    callback = a_callback(desk_app, "A1001", Verdict.VERIFIED)
    exchange = an_exchange(desk_app, "A1001")
    assert await choices(client, "A1001") == [
        *(f"/orders/{order.id}", f"/callbacks/{callback.id}", f"/exchanges/{exchange.id}")
    ]
    assert await choices(client, "高橋") == [f"/orders/{order.id}"]
    assert await choices(client, "\0'\"%") == []


async def test_nobody_is_offered_what_they_may_not_do(desk_app: Starlette) -> None:
    async with browser_for(desk_app, VIEWER) as viewer:
        found = await choices(viewer, "")
    assert "/orders/new" not in found
    assert "/settings/users" not in found
