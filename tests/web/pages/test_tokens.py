"""Tokens for programs: shown once, kept as a digest, good for what they were made for alone."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.records.accounts import AuditEntry
from app.records.tokens import Token
from app.web.http.token_rates import TokenRates
from tests.desk.callbacks.cast import body
from tests.web.pages.beside import copied

pytestmark = pytest.mark.anyio

NAME = "Kanda Books, web server"
FORM: dict[str, object] = {"name": NAME, "scope": ["intake", "read"]}


def secret_in(answer: httpx.Response) -> str:
    found = re.search(r'data-token="([^"]+)"', answer.text)
    assert found
    return found[1]


async def made(client: httpx.AsyncClient, **form: object) -> str:
    answer = await client.post("/settings/tokens", data=FORM | form)
    assert answer.status_code == 200
    return secret_in(answer)


async def test_a_token_is_shown_once_and_kept_nowhere(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    secret = await made(client)
    listed = (await client.get("/settings/tokens")).text
    assert NAME in listed
    assert "data-token=" not in listed
    with desk_app.state.desk.database.reading() as session:
        rows = (*session.exec(select(Token)), *session.exec(select(AuditEntry)))
        kept = " ".join(str(row.model_dump()) for row in rows)
    assert "token-made" in kept
    for place in (listed, kept):
        assert secret not in place


@pytest.mark.parametrize(
    ("form", "field"),
    [({"name": ""}, "name"), ({"scope": []}, "scope"), ({"scope": ["read", "admin"]}, "scope")],
)
async def test_a_token_needs_a_name_and_scopes_that_there_are(
    client: httpx.AsyncClient, form: dict[str, object], field: str
) -> None:
    answer = await client.post("/settings/tokens", data=FORM | form)
    assert answer.status_code == 422
    assert f'data-error-for="{field}"' in answer.text
    assert "data-token=" not in answer.text


async def test_nobody_but_an_admin_makes_tokens(operator: httpx.AsyncClient) -> None:
    assert (await operator.post("/settings/tokens", data=FORM)).status_code == 403
    assert (await operator.get("/settings/tokens")).status_code == 403


async def test_a_revoked_token_opens_nothing_any_more(
    desk_app: Starlette, client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    secret = await made(client)
    assert (await copied(visitor, body("A1"), secret)).status_code == 201
    with desk_app.state.desk.database.reading() as session:
        token = session.exec(select(Token)).one()
    assert token.used_at is not None
    address = f"/settings/tokens/{token.id}/revocations"
    assert (await client.post(address)).status_code == 303
    assert (await copied(visitor, body("A2"), secret)).status_code == 401
    assert (await client.post("/settings/tokens/none/revocations")).status_code == 404


async def test_a_token_that_asks_too_often_waits_and_others_do_not() -> None:
    moment = 0.0
    rates = TokenRates(lambda: moment)
    assert [rates.ask("one") for _ in range(rates.BURST)] == [0] * rates.BURST
    assert rates.ask("one") == 1
    assert rates.ask("other") == 0
    moment = 1.0
    assert [rates.ask("one") for _ in range(11)] == [0] * 10 + [1]
