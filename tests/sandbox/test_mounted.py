"""The sandbox below another application: its addresses, its frame, its doors, its end."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.desk.permissions import Permission
from app.protocol.messages import Call
from app.protocol.wire import split_answer
from app.sandbox.app import create_sandbox, running
from app.web.http.routing import Mounted, Route
from app.web.presentation.templates import page
from tests.sandbox.merchant import RET_URL, SHOP, serving

BASE = "https://desk.example/sandbox"


@pytest.fixture
async def desk() -> AsyncIterator[httpx.AsyncClient]:
    """A browser of an application that mounts the sandbox as the desk does, without its guard."""
    sandbox = create_sandbox(
        ":memory:", base_url=BASE, late_seconds=0, prefix="/sandbox", frame=page
    )
    under = Mounted("/sandbox", sandbox)
    lines = [
        Route("/sandbox", under, "home", permission=Permission.OPEN),
        Route("/sandbox/{path:path}", under, "rest", None, permission=Permission.OPEN),
    ]
    async with running(sandbox):
        transport = httpx.ASGITransport(Starlette(routes=lines))
        async with httpx.AsyncClient(
            transport=transport, base_url="https://desk.example"
        ) as client:
            yield client


@pytest.mark.anyio
async def test_start_url_is_the_outside_address(desk: httpx.AsyncClient) -> None:
    order = SHOP | {"OrderID": "A-1", "Amount": "1"}
    entered = split_answer((await desk.post(f"/sandbox{Call.ENTRY.path}", data=order)).content)
    execution = SHOP | {
        "OrderID": "A-1",
        "AccessID": entered["accessid"],
        "AccessPass": entered["accesspass"],
        "RetURL": RET_URL,
        "NetCashPayType": "NETCASH",
    }
    executed = split_answer((await desk.post(f"/sandbox{Call.EXEC.path}", data=execution)).content)
    assert executed["starturl"] == BASE + Call.START.path
    start = {"AccessID": executed["accessid"], "Token": executed["token"]}
    shown = (await desk.post(f"/sandbox{Call.START.path}", data=start)).text
    assert 'action="/sandbox/payment/customer"' in shown
    assert 'href="/static/sandbox.css"' in shown


@pytest.mark.anyio
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_panel_stands_in_the_desk_s_frame(desk: httpx.AsyncClient, language: str) -> None:
    panel = await desk.get("/sandbox", headers={"Accept-Language": language})
    assert panel.status_code == 200
    assert 'action="/sandbox/clock"' in panel.text
    assert 'data-environment="sandbox"' in panel.text
    turned = await desk.post("/sandbox/clock", data={"minutes": "5"})
    assert turned.headers["location"] == "/sandbox"


@pytest.mark.anyio
async def test_the_guide_keeps_its_key_to_its_own_address(desk: httpx.AsyncClient) -> None:
    panel = (await desk.get("/sandbox")).text
    key = panel.partition('id="sandbox-key">')[2].partition("<")[0]
    opened = await desk.post("/sandbox/guide", data={"page": "readiness", "key": key})
    assert "Path=/sandbox/guide;" in opened.headers["set-cookie"]
    assert opened.headers["location"] == "/sandbox/guide?page=readiness"
    # Whoever runs the sandbox reads the key anyway, and need not type it.
    straight = await desk.get("/sandbox/readiness")
    assert straight.headers["location"] == "/sandbox/guide?page=readiness"
    sheet = await desk.get("/sandbox/guide?page=readiness")
    assert "data-readiness" in sheet.text


@pytest.mark.anyio
async def test_starlette_s_own_mount_does_as_well() -> None:
    sandbox = create_sandbox(":memory:", base_url=None, late_seconds=0)
    async with running(sandbox):
        transport = httpx.ASGITransport(Starlette(routes=[Mount("/below", sandbox)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            guide = (await client.get("/below/guide")).text
    assert "http://127.0.0.1/below" in guide
    assert 'href="/static/sandbox.css"' in guide


def test_an_answer_that_is_held_back_does_not_hold_up_the_end() -> None:
    with serving(":memory:", late_seconds=60) as merchant, ThreadPoolExecutor() as pool:
        execution = SHOP | merchant.execution(merchant.enter("-timeout"))
        address = f"{merchant.http.base_url}{Call.EXEC.path}"
        answer = pool.submit(httpx.post, address, data=execution, timeout=60)
        while merchant.status(execution) != "REQSUCCESS":
            time.sleep(0.02)
        merchant.stop()
        assert answer.result(timeout=60).status_code == 200


@pytest.mark.anyio
async def test_the_key_does_not_say_where_this_server_may_send(desk: httpx.AsyncClient) -> None:
    """The key is a merchant's engineer's; a door to other hosts is for the desk's administrator."""
    found = re.search(r'id="sandbox-key">([^<]+)<', (await desk.get("/sandbox")).text)
    assert found
    key = {"Authorization": f"Bearer {found.group(1)}"}
    hosts = {"hosts": "inside.example"}
    assert (await desk.post("/sandbox/api/hosts", json=hosts, headers=key)).status_code == 403
    described = (await desk.get("/sandbox/openapi.json", headers=key)).json()
    assert "/api/hosts" not in described["paths"]
    assert "/api/clock" in described["paths"]
