"""What a failed request is told: a page in both languages, and never a trace of the inside."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from app.desk.permissions import Permission
from app.records.encryption import DecryptionFailed
from app.web.http.requests import BODY_LIMIT, FIELD_LIMIT, fields_of
from app.web.http.routing import Route
from tests.cast import ADMIN
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

SECRET = "a-secret-nobody-may-read"
RAISED: dict[str, Exception] = {
    "fault": RuntimeError(SECRET),
    "database": OperationalError(SECRET, {"password": SECRET}, Exception(SECRET)),
    "sealed": DecryptionFailed(SECRET),
}


def broken(request: Request) -> Response:
    raise RAISED[request.path_params["kind"]]


@pytest.fixture
async def faulty(desk_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's browser at a desk with an address that fails."""
    desk_app.router.routes.append(
        Route("/broken/{kind}", broken, "broken", permission=Permission.READ)
    )
    async with browser_for(desk_app, ADMIN) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "status", "english", "japanese"),
    [
        ("fault", 500, "Something went wrong on our side", "システム側で問題が発生しました"),
        ("database", 503, "The database does not answer", "データベースが応答しません"),
        ("sealed", 500, "A stored secret cannot be read", "保存済みの機密情報を読み取れません"),
    ],
)
async def test_a_fault_inside_is_a_page_without_its_inside(
    faulty: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    status: int,
    english: str,
    japanese: str,
) -> None:
    for language, words in (("en", english), ("ja", japanese)):
        answer = await faulty.get(f"/broken/{kind}", headers={"Accept-Language": language})
        assert answer.status_code == status
        assert words in answer.text
        assert SECRET not in answer.text
        assert "Traceback" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    # The log names the line of the table, not the address: that may hold the key of a link. What
    # fails everywhere alike is said once.
    said = "the database does not answer" if kind == "database" else "GET /broken/{kind} failed"
    assert caplog.text.count(said) == (1 if kind == "database" else 2)


@pytest.mark.parametrize(
    ("method", "path", "status", "english", "japanese"),
    [
        ("GET", "/nowhere", 404, "This page does not exist", "ページが見つかりません"),
        ("DELETE", "/settings/shops", 405, "cannot be used this way", "この方法では利用できません"),
    ],
)
async def test_a_wrong_address_is_a_page_in_the_readers_language(
    client: httpx.AsyncClient, method: str, path: str, status: int, english: str, japanese: str
) -> None:
    for language, words in (("en", english), ("ja", japanese)):
        answer = await client.request(method, path, headers={"Accept-Language": language})
        assert answer.status_code == status
        assert words in answer.text
        assert f'<html lang="{language}"' in answer.text


async def test_a_method_that_is_not_allowed_names_those_that_are(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/settings/shops")
    assert {"GET", "POST", "HEAD"} == set(answer.headers["allow"].split(", "))


async def test_htmx_gets_a_notice_for_the_page_it_is_on(client: httpx.AsyncClient) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = await client.get("/nowhere", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "#messages"
    assert "<html" not in answer.text
    assert "This page does not exist" in answer.text


async def test_a_stream_gets_the_status_alone(faulty: httpx.AsyncClient) -> None:
    answer = await faulty.get("/broken/fault", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.content) == (500, b"")


@pytest.mark.parametrize(
    "body", [b"x" * (BODY_LIMIT + 1), b"a=1&" * (FIELD_LIMIT + 1)], ids=["long", "many fields"]
)
async def test_a_form_that_is_too_long_is_refused(visitor: httpx.AsyncClient, body: bytes) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (body, chunks()):
        answer = await visitor.post("/login", content=content, headers=form)
        assert answer.status_code == 413
        assert "This is too long to be read" in answer.text


@pytest.mark.parametrize("body", [b"\xff\xfe%ff%00=%00", b"email=%00&password=%ff", b"&&=&", b""])
async def test_any_bytes_in_a_form_are_an_answer(visitor: httpx.AsyncClient, body: bytes) -> None:
    answer = await visitor.post("/login", content=body)
    assert answer.status_code == 422


def test_of_a_field_that_is_given_twice_the_first_counts() -> None:
    assert fields_of(b"OrderID=A1&Amount=1&OrderID=A2&OrderID") == {"OrderID": "A1", "Amount": "1"}


async def test_a_fault_in_the_failures_own_page_still_answers(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("app.web.http.failures.page", lambda *_, **__: 1 / 0)
    answer = await client.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, "404 This page does not exist")
