"""Results handed on: committed here, and the customer sent to the shop whatever happens."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from app.desk.callbacks import process_waiting
from app.records.callbacks import Callback
from app.records.shops import Shop
from tests.cast import ADMIN
from tests.conftest import browser_for
from tests.desk.callbacks.cast import an_order, body

pytestmark = pytest.mark.anyio

SHOP_URL = "https://shop.example.jp/return?lang=ja"


def the_shop(app: Starlette) -> Shop:
    with app.state.desk.database.reading() as session:
        shop: Shop = session.exec(select(Shop)).one()
    return shop


async def handing_on(app: Starlette, to: str = SHOP_URL) -> str:
    """Have the sandbox's shop hand on; the path of its RetURL here."""
    async with browser_for(app, ADMIN) as client:
        address = f"/settings/shops/{the_shop(app).id}"
        answer = await client.post(address, data={"HandOnTo": to})
        assert answer.status_code == 303, answer.text
        shown = (await client.get(address)).text
    found = re.search(r'data-hand-on="https?://[^/]+(/[^"]+)"', shown)
    assert found
    return found[1]


def stored(app: Starlette) -> list[Callback]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Callback)).all())


async def test_a_result_is_committed_and_the_browser_sent_on_with_it(
    desk_app: Starlette, visitor: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    with desk_app.state.desk.database.writing() as session:
        session.add(an_order(session.exec(select(Shop)).one(), "A1001"))
    path = await handing_on(desk_app)
    answer = await visitor.post(path, content=body("A1001"))
    assert (answer.status_code, answer.headers["location"]) == (307, SHOP_URL)
    assert [one.body for one in stored(desk_app)] == [answer.request.content]
    # The customer has not waited for the verdict: whoever is first gives it.
    await run_in_threadpool(process_waiting, desk_app.state.desk)
    assert stored(desk_app)[0].verdict == "verified"
    shown = (await client.get(f"/settings/shops/{the_shop(desk_app).id}")).text
    assert 'data-hand-on-times="1"' in shown


async def test_a_query_of_ret_url_goes_on_and_nothing_else_decides_where(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    path = await handing_on(desk_app)
    went = {
        query: (await visitor.post(f"{path}?{query}", content=b"a=b")).headers["location"]
        for query in ("order=A1", "//evil.example", "@evil.example/%0d%0aX:1")
    }
    assert went == {query: f"{SHOP_URL}&{query}" for query in went}
    for other in ("evil.example", f"{path.rpartition('/')[2]}@evil", "x"):
        answer = await visitor.post(f"/netcash/return/{other}", content=b"a=b")
        assert answer.status_code == 200
        assert "location" not in answer.headers


async def test_a_key_of_nobody_and_a_reload_meet_the_customers_page(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    path = await handing_on(desk_app)
    reloaded = await visitor.get(path)
    assert (reloaded.status_code, "not shown here again" in reloaded.text) == (200, True)
    unknown = await visitor.post("/netcash/return/nobodys", content=body("A1001"))
    assert (unknown.status_code, "being confirmed" in unknown.text) == (200, True)
    await handing_on_ends(desk_app)
    ended = await visitor.post(path, content=body("A1002"))
    assert ended.status_code == 200
    assert len(stored(desk_app)) == 2


async def handing_on_ends(app: Starlette) -> None:
    async with browser_for(app, ADMIN) as client:
        await client.post(f"/settings/shops/{the_shop(app).id}", data={"HandOnTo": ""})


async def test_what_cannot_be_stored_is_handed_on_and_the_loss_is_loud(own_app: Starlette) -> None:
    path = await handing_on(own_app)
    engine = own_app.state.desk.database.engine

    def away(*_: object) -> None:
        raise OSError("the database is away")

    async with browser_for(own_app, None) as visitor:
        event.listen(engine, "checkout", away)
        answer = await visitor.post(path, content=body("A1001"))
        event.remove(engine, "checkout", away)
    assert (answer.status_code, answer.headers["location"]) == (307, SHOP_URL)
    assert stored(own_app) == []
    async with browser_for(own_app, ADMIN) as client:
        assert 'id="lost-results"' in (await client.get("/")).text


@pytest.mark.parametrize(
    "address",
    [
        "ftp://shop.example.jp/",
        "javascript:alert(1)",
        "//shop.example.jp/return",
        "https://user@shop.example.jp/",
        "https://shop.example.jp/#top",
        "https://shop.example.jp/\r\nX: 1",
        "https:///return",
        "https://[/return",
        "https://shop.example.jp/" + "x" * 256,
    ],
)
async def test_what_is_no_ret_url_is_refused(desk_app: Starlette, address: str) -> None:
    async with browser_for(desk_app, ADMIN) as client:
        page = f"/settings/shops/{the_shop(desk_app).id}"
        answer = await client.post(page, data={"HandOnTo": address})
    assert (answer.status_code, 'data-error-for="HandOnTo"' in answer.text) == (422, True)


async def test_results_are_not_handed_on_in_a_circle(desk_app: Starlette) -> None:
    async with browser_for(desk_app, ADMIN) as client:
        own = desk_app.state.settings.base_url.upper().replace("HTTP", "http")
        page = f"/settings/shops/{the_shop(desk_app).id}"
        answer = await client.post(page, data={"HandOnTo": f"{own}/netcash/return"})
    assert (answer.status_code, "in a circle" in answer.text) == (422, True)


async def test_a_slash_behind_the_key_leads_on_as_well(
    desk_app: Starlette, visitor: httpx.AsyncClient
) -> None:
    path = await handing_on(desk_app)
    answer = await visitor.post(f"{path}/", content=body("A1001"))
    assert (answer.status_code, answer.headers["location"]) == (307, SHOP_URL)
