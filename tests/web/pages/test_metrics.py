"""Figures for whoever watches the desk: who may read them, and what they say."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from app.clock import now
from app.main import create_app
from app.records.callbacks import Callback
from app.records.keys import key_at
from app.settings import Settings
from tests.conftest import Served, browser_for
from tests.plain import get
from tests.web.pages.rows import an_order, stored

pytestmark = pytest.mark.anyio

TOKEN = "a token for whoever watches"


def figures(answer: httpx.Response) -> dict[str, float]:
    """Every figure with its labels as they stand."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in lines}


async def test_without_a_token_they_are_for_this_machine_alone(desk_app: Starlette) -> None:
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 404)):
        transport = httpx.ASGITransport(desk_app, client=(address, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            assert (await client.get("/metrics")).status_code == status, address
            behind = await client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
            assert behind.status_code == 404


async def test_with_a_token_they_are_for_whoever_shows_it(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"metrics_token": TOKEN}))
    async with app.router.lifespan_context(app), browser_for(app, None) as client:
        for shown, status in ((f"Bearer {TOKEN}", 200), ("Bearer wrong", 404), (TOKEN, 404)):
            answer = await client.get("/metrics", headers={"Authorization": shown})
            assert answer.status_code == status, shown
        assert (await client.get("/metrics")).status_code == 404


async def test_they_say_what_waits(desk_app: Starlette, visitor: httpx.AsyncClient) -> None:
    before = figures(await visitor.get("/metrics"))
    assert before["netcash_ready"] == 1
    assert before["netcash_results_unjudged"] == 0
    assert before['netcash_condition{environment="sandbox",name="gateway"}'] == 0
    at = now() - timedelta(seconds=100)
    stored(desk_app, Callback(id=key_at(at), received_at=at, body=b"OrderID=W1"))
    an_order(desk_app, "D1", lookup_due_at=now() - timedelta(hours=2))
    after = figures(await visitor.get("/metrics"))
    assert after["netcash_results_unjudged"] == 1
    assert after["netcash_results_unjudged_oldest_seconds"] >= 100
    assert after["netcash_lookups_overdue"] == 1
    assert after['netcash_condition{name="judging"}'] == 2


async def test_they_are_typed_and_explained_as_prometheus_reads_them(
    visitor: httpx.AsyncClient,
) -> None:
    text = (await visitor.get("/metrics")).text
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert families["netcash_ready"].type == "gauge"
    assert families["netcash_results_unstored"].type == "counter"
    assert all(one.documentation for one in families.values())


def test_a_served_desk_tells_of_its_connections(served: Served) -> None:
    found = figures(get(f"{served.url}/metrics"))
    assert 1 <= found["netcash_connections"] < found["netcash_connections_room"]
