"""Verify by hand: any form of a result gets its verdict, and nothing is stored."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.callbacks.manual_check import verdict_of_text
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import Order
from app.records.shops import OurShops, Shop
from tests.cast import VIEWER
from tests.conftest import browser_for
from tests.desk.callbacks.cast import PASSWORD, a_shop, an_order, body, tampered

pytestmark = pytest.mark.anyio


async def verdict_on(client: httpx.AsyncClient, text: str) -> str:
    answer = await client.post("/verify", data={"text": text})
    assert answer.status_code == 200
    assert PASSWORD not in answer.text
    return str(re.findall(r'data-verdict="(.*?)"', answer.text)[0])


FORMS = {
    "a raw body": "{0}",
    "an access log's line": '203.0.113.7 - - [x] "GET /return?{0} HTTP/1.1" 200 512',
    "a curl command": "curl -d '{0}' https://shop.example.jp/return",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
async def test_a_pasted_result_gets_its_verdict(client: httpx.AsyncClient, form: str) -> None:
    assert await verdict_on(client, form.format(body("A1").decode())) == "verified"
    assert await verdict_on(client, form.format(tampered("A1").decode())) == "mismatch"


async def test_nothing_is_stored(desk_app: Starlette, client: httpx.AsyncClient) -> None:
    await verdict_on(client, body("A1").decode())
    with desk_app.state.desk.database.reading() as session:
        assert session.exec(select(Callback)).all() == []
        assert session.exec(select(Order)).all() == []


async def test_what_is_kept_becomes_a_callback_that_is_judged_and_applied(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    with desk_app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), "A1")
        session.add(order)
    form = {"text": f"curl -d '{body('A1').decode()}' x.jp", "action": "keep"}
    answer = await client.post("/verify", data=form)
    assert answer.status_code == 303
    kept = (await client.get(answer.headers["location"])).text
    assert re.findall(r'data-verdict="(.*?)"', kept)[0] == "verified"
    assert "The order moved to what it says." in kept
    assert "Kept by hand" in kept
    assert "/netcash/return" in kept, "the command brings it to where results are brought"
    shown = (await client.get(f"/orders/{order.id}")).text
    assert 'data-status="PAYSUCCESS"' in shown
    assert "A pasted result was kept" in shown


async def test_a_tampered_one_is_diagnosed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", data={"text": tampered("A1").decode()})
    assert 'data-diagnosis="status"' in answer.text
    assert 'value="keep"' in answer.text


async def test_text_that_is_no_result_is_malformed(client: httpx.AsyncClient) -> None:
    assert await verdict_on(client, "good morning <b>") == "malformed"


async def test_an_empty_form_is_asked_for_again(client: httpx.AsyncClient) -> None:
    answer = await client.post("/verify", data={"text": "  "})
    assert answer.status_code == 422
    assert 'data-error-for="text"' in answer.text


async def test_a_page_of_verify_is_there_without_a_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/verify")
    assert answer.status_code == 200
    assert "data-verdict" not in answer.text


async def test_a_viewer_gets_nothing_signed_with_our_password(desk_app: Starlette) -> None:
    """What verifies a result also forges one, and anybody can bring a result to have it judged."""
    signed = body("FORGED")
    right = re.findall(rb"CheckString=(\w+)", signed)[0].decode()
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await viewer.post("/verify", data={"text": signed.decode()})).status_code == 403
        assert 'name="text"' not in (await viewer.get("/verify")).text
        await viewer.post(
            "/netcash/return", content=signed.replace(right.encode(), right[:31].encode() + b"x")
        )
        listed = (await viewer.get("/callbacks")).text
        shown = (await viewer.get(re.findall(r'href="(/callbacks/\w+)"', listed)[0])).text
    assert 'data-verdict="mismatch"' in shown
    assert "<mark>" not in shown, "which characters agree tells them all, one by one"
    assert right not in re.sub(r"<[^>]+>", "", shown)


def test_the_command_line_says_what_the_verdict_rests_on(database: Database) -> None:
    with database.writing() as session:
        session.add(a_shop())
    verdict, lines = verdict_of_text(database, tampered("A1"), OurShops(sandbox_on=True))
    assert verdict == "mismatch"
    assert any(line.startswith("status: It would verify if Status") for line in lines)
    assert PASSWORD not in "".join(lines)
