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
OF_ITS_BODY = {
    "content-type",
    "content-length",
    "content-language",
    "content-encoding",
    "vary",
}
"""What an answer says of its body. All else is given to it on its way out."""


def given(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in OF_ITS_BODY}


@pytest.mark.parametrize("raw", [body("A1001"), b"", b"x" * 65537], ids=["one", "empty", "long"])
async def test_its_answers_are_given_all_that_the_guards_are(
    visitor: httpx.AsyncClient, raw: bytes
) -> None:
    guarded = given(await visitor.get(ADDRESS))
    assert "content-security-policy" in guarded
    assert given(await visitor.post(ADDRESS, content=raw)) == guarded


async def test_a_fault_reads_as_everywhere(
    own_app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    async with browser_for(own_app, None) as visitor:
        guarded = given(await visitor.get(ADDRESS))
        del own_app.state.services
        answer = await visitor.post(ADDRESS, content=body("A1001"))
    assert (answer.status_code, given(answer)) == (500, guarded)
    assert "Something went wrong on our side" in answer.text
    assert "POST /netcash/return failed" in caplog.text


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
