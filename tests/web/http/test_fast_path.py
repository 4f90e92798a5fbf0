"""The fast path: what passes the guard loses nothing that the guard would have given it."""

from __future__ import annotations

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.main import create_app
from app.records.callbacks import Callback
from app.settings import Settings
from tests.conftest import browser_for
from tests.desk.callbacks.cast import body

pytestmark = pytest.mark.anyio

ADDRESS = "/netcash/return"
GUARDED = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cache-control",
    "cross-origin-opener-policy",
)


async def test_its_answers_carry_the_same_headers(visitor: httpx.AsyncClient) -> None:
    guarded = await visitor.get(ADDRESS)
    for raw in (body("A1001"), b"", b"x" * 65537):
        passed = await visitor.post(ADDRESS, content=raw)
        for name in GUARDED:
            assert passed.headers[name] == guarded.headers[name], name


async def test_the_customer_behind_a_trusted_proxy_is_the_one_on_record(settings: Settings) -> None:
    update = {"trusted_proxies": "127.0.0.1", "public_url": "https://desk.example.jp"}
    app = create_app(Settings.model_validate(settings.model_dump() | update))
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    async with app.router.lifespan_context(app), browser_for(app, None) as customer:
        answer = await customer.post(ADDRESS, content=body("A1001"), headers=forwarded)
        [callback] = stored(app)
    assert callback.remote_address == "203.0.113.9"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_what_is_too_long_reads_as_everywhere(visitor: httpx.AsyncClient) -> None:
    elsewhere = await visitor.post("/login", content=b"x" * 65537)
    passed = await visitor.post(ADDRESS, content=b"x" * 65537)
    assert (passed.status_code, passed.text) == (413, elsewhere.text)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_only_the_method_of_its_line_passes(visitor: httpx.AsyncClient, method: str) -> None:
    answer = await visitor.request(method, ADDRESS, content=body("A1001"))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


def stored(app: Starlette) -> list[Callback]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())
