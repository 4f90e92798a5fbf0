"""Copies that a shop's own server brings: stored first, judged like any result, taken once."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.applications import Starlette

from app.clock import now
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.orders import Order
from app.records.shops import Shop
from tests.conftest import browser_for
from tests.desk.callbacks.cast import an_order, body, tampered
from tests.web.pages.beside import a_token, copied, shown

pytestmark = pytest.mark.anyio


def waiting(app: Starlette, order_id: str) -> None:
    with app.state.desk.database.writing() as session:
        session.add(an_order(session.exec(select(Shop)).one(), order_id))


def stored(app: Starlette) -> list[Callback]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())


def order_of(app: Starlette, order_id: str) -> Order:
    with app.state.desk.database.reading() as session:
        order: Order = session.exec(select(Order).where(Order.order_id == order_id)).one()
    return order


async def test_a_verified_copy_reports_to_its_order_and_says_what_it_is(
    desk_app: Starlette, visitor: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    waiting(desk_app, "A1001")
    answer = await copied(visitor, body("A1001"), a_token(desk_app, "intake"))
    assert answer.status_code == 201
    said = answer.json()
    order = order_of(desk_app, "A1001")
    assert said == {
        "id": stored(desk_app)[0].id,
        "verdict": "verified",
        "tags": ["copy"],
        "order": order.id,
    }
    assert (order.status, order.money) == (Status.PAYSUCCESS, "reported")
    for address in (f"/callbacks/{said['id']}", f"/orders/{order.id}"):
        assert 'data-tag="copy"' in (await client.get(address)).text


async def test_a_copy_that_does_not_verify_moves_nothing(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    waiting(desk_app, "A1001")
    answer = await copied(visitor, tampered("A1001"), a_token(desk_app, "intake"))
    assert (answer.status_code, answer.json()["verdict"]) == (201, "mismatch")
    assert order_of(desk_app, "A1001").status == Status.REQSUCCESS


async def test_the_same_copy_is_taken_once(desk_app: Starlette, visitor: httpx.AsyncClient) -> None:
    secret, raw = a_token(desk_app, "intake"), body("A1001")
    first = await copied(visitor, raw, secret)
    again = await copied(visitor, raw, secret)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(stored(desk_app)) == 1


async def test_what_a_browser_had_brought_before_is_a_repeat(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    raw = body("A1001")
    await visitor.post("/netcash/return", content=raw)
    answer = await copied(visitor, raw, a_token(desk_app, "intake"))
    assert answer.status_code == 201
    assert {"copy", "duplicate"} <= set(answer.json()["tags"])


async def test_late_is_judged_by_the_time_at_which_the_shop_had_it(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    secret, hour_ago = a_token(desk_app, "intake"), now() - timedelta(hours=1)
    in_time = await copied(
        visitor, body("A1", at=hour_ago), secret, X_Received_At=hour_ago.isoformat()
    )
    late = await copied(visitor, body("A2", at=hour_ago), secret)
    assert ("late" in in_time.json()["tags"], "late" in late.json()["tags"]) == (False, True)
    by_order = {one.order_id: one for one in stored(desk_app)}
    assert by_order["A1"].told_at == hour_ago
    assert by_order["A1"].received_at > hour_ago


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59"])
async def test_a_time_that_is_none_or_lies_ahead_costs_nothing(
    desk_app: Starlette, visitor: httpx.AsyncClient, time: str
) -> None:
    answer = await copied(visitor, body("A1"), a_token(desk_app, "intake"), X_Received_At=time)
    assert answer.json()["tags"] == ["unknown-order", "copy"]


async def test_only_a_token_for_it_brings_copies_and_that_brings_nothing_else(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    without = await visitor.post("/netcash/copies", content=body("A1"))
    assert without.status_code == 401
    assert without.headers["content-type"] == "application/problem+json"
    assert without.headers["www-authenticate"].startswith("Bearer")
    assert (await copied(visitor, body("A1"), "ncd_made-up")).status_code == 401
    assert (await copied(visitor, body("A1"), a_token(desk_app, "read"))).status_code == 403
    assert stored(desk_app) == []
    bring = shown(a_token(desk_app, "intake"))
    answer = await visitor.get("/orders", headers=bring)
    assert answer.headers["location"].startswith("/login")


async def test_a_copy_that_is_too_long_or_cannot_be_stored_is_refused_in_so_many_words(
    own_app: Starlette,
) -> None:
    secret, engine = a_token(own_app, "intake"), own_app.state.desk.database.engine

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    async with browser_for(own_app, None) as visitor:
        assert (await copied(visitor, b"x" * 65537, secret)).status_code == 413
        # The token is known by reading; what is written after it fails.
        event.listen(engine, "commit", full)
        refused = await copied(visitor, body("A1"), secret)
        event.remove(engine, "commit", full)
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert (await copied(visitor, body("A1"), secret)).status_code == 201
