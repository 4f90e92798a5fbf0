"""The address for notices, as the gateway's server meets it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select
from starlette.applications import Starlette

from app.desk.notifications import NotificationIntake
from app.desk.notifications.intake import SWEEP_EVERY
from app.desk.retention import RetentionPolicy
from app.records.notifications import Notification
from tests.cast import OPERATOR
from tests.conftest import browser_for
from tests.desk.notifications.test_process import notice
from tests.web.pages.rows import an_order

pytestmark = pytest.mark.anyio

HEADERS = {"content-type": "application/x-www-form-urlencoded"}
SHOP = "tshop00000001"


async def post(visitor: httpx.AsyncClient, raw: bytes, **headers: str) -> httpx.Response:
    return await visitor.post("/netcash/notify", content=raw, headers=HEADERS | headers)


def stored(app: Starlette) -> list[bytes]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Notification.body).order_by(Notification.id)).all())


async def test_a_notice_is_answered_with_a_bare_0(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    answer = await post(visitor, notice())
    assert (answer.status_code, answer.content) == (200, b"0")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in answer.headers
    assert stored(desk_app) == [notice()]


async def test_a_test_of_the_connection_is_answered_too(visitor: httpx.AsyncClient) -> None:
    for raw in (b"", b"ShopID=tshop00000001&OrderID="):
        assert (await post(visitor, raw)).content == b"0"


async def test_what_cannot_be_stored_is_asked_for_again(
    own_app: Starlette,
) -> None:
    with own_app.state.desk.database.writing() as session:
        session.connection().execute(text("ALTER TABLE notifications RENAME TO gone"))
    async with browser_for(own_app, None) as visitor:
        answer = await post(visitor, notice())
    assert (answer.status_code, answer.content) == (200, b"1")


async def test_a_body_over_64_kib_is_refused(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    assert (await post(visitor, b"a" * (64 * 1024 + 1))).status_code == 413
    assert (await post(visitor, b"a" * 64 * 1024)).status_code == 200
    assert len(stored(desk_app)) == 1


async def test_it_may_come_from_anywhere_and_only_by_post(visitor: httpx.AsyncClient) -> None:
    elsewhere = {"origin": "https://gateway.example", "sec-fetch-site": "cross-site"}
    assert (await post(visitor, notice(), **elsewhere)).content == b"0"
    assert (await visitor.get("/netcash/notify")).status_code == 405


async def test_any_bytes_at_all_are_stored_as_they_came(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    dice = random.Random(31)
    bodies = [dice.randbytes(dice.randrange(200)) for _ in range(100)]
    bodies += [b"OrderID=" + body for body in bodies[:50]]
    answers = [await post(visitor, body) for body in bodies]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"0")}
    assert stored(desk_app) == bodies


async def test_the_order_shows_the_notice_and_keeps_its_claim(
    desk_app: Starlette, visitor: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    order = an_order(desk_app, "A1001")
    await post(visitor, notice(shop_id=SHOP))
    shown = await operator.get(f"/orders/{order.id}")
    assert 'data-notice="PAYSUCCESS"' in shown.text
    assert 'data-awaited="return"' in shown.text
    assert "Notice from the gateway (unsigned)" in shown.text
    assert shown.text.index('data-status="REQSUCCESS"') < shown.text.index("PAYSUCCESS")


async def test_what_the_limits_have_dropped_is_shown(own_app: Starlette) -> None:
    services = own_app.state.services
    few = NotificationIntake(own_app.state.desk, RetentionPolicy(timedelta(days=1), 3))
    own_app.state.services = replace(services, notifications=few)
    async with browser_for(own_app, None) as visitor:
        for _ in range(SWEEP_EVERY):
            await post(visitor, b"")
    assert len(stored(own_app)) == 3
    async with browser_for(own_app, OPERATOR) as operator:
        shown = (await operator.get("/callbacks")).text
    assert f"Notices from the gateway (unsigned): {SWEEP_EVERY - 3}" in shown
