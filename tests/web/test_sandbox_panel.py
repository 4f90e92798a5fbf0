"""The sandbox's control panel inside the desk: who may, and what starting over means."""

from __future__ import annotations

import re
from contextlib import closing

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.main import create_app
from app.records.orders import Order
from app.records.people import Deed
from app.settings import Settings
from tests.cast import OPERATOR, VIEWER, enroll
from tests.conftest import Served, browser_for
from tests.walk import SHOP, Customer, Operator
from tests.web.rows import an_order

pytestmark = pytest.mark.anyio

DEEDS = ("clock", "faults", "faults/forget", "shops", "hosts", "key", "reset")


async def test_the_panel_stands_in_the_desks_frame_with_its_entry_in_the_menu(
    operator: httpx.AsyncClient,
) -> None:
    answer = await operator.get("/sandbox")
    assert answer.status_code == 200
    assert re.search(r'<a href="/sandbox" aria-current="page">', answer.text)
    assert "Sandbox control panel · NET CASH Desk" in answer.text
    assert 'name="desk"' in answer.text


async def test_a_visitor_is_sent_to_the_door(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/sandbox")).headers["location"] == "/login?next=/sandbox"
    for deed in DEEDS:
        assert (await visitor.post(f"/sandbox/{deed}")).headers["location"] == "/login"


async def test_a_viewer_looks_and_turns_nothing(desk_app: Starlette) -> None:
    async with browser_for(desk_app, VIEWER) as viewer:
        assert (await viewer.get("/sandbox")).status_code == 200
        for deed in DEEDS:
            assert (await viewer.post(f"/sandbox/{deed}")).status_code == 403


async def test_the_automation_is_open_to_the_key_alone(
    visitor: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    for address in ("/sandbox/api/state", "/sandbox/openapi.json"):
        assert (await visitor.get(address)).status_code == 401
        assert (await operator.get(address)).status_code == 401
    panel = (await operator.get("/sandbox")).text
    found = re.search(r'<code id="sandbox-key">([^<]+)<', panel)
    assert found
    bearer = {"authorization": f"Bearer {found[1]}"}
    for address in ("/sandbox/api/state", "/sandbox/openapi.json"):
        assert (await visitor.get(address, headers=bearer)).status_code == 200


async def test_starting_over_with_the_desk_forgets_its_sandbox_orders(
    desk_app: Starlette, operator: httpx.AsyncClient
) -> None:
    an_order(desk_app, "A1001")
    assert (await operator.post("/sandbox/reset")).headers["location"] == "/sandbox"
    assert orders(desk_app) == ["A1001"]
    answer = await operator.post("/sandbox/reset", data={"desk": "on"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox")
    assert orders(desk_app) == []
    with desk_app.state.desk.database.reading() as session:
        assert session.exec(select(Deed.email)).all() == [OPERATOR.email]


async def test_the_key_forgets_nothing_of_the_desk(
    desk_app: Starlette, visitor: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    an_order(desk_app, "A1001")
    found = re.search(r'id="sandbox-key">([^<]+)<', (await operator.get("/sandbox")).text)
    assert found
    bearer = {"authorization": f"Bearer {found[1]}"}
    answer = await visitor.post("/sandbox/api/reset", json={"desk": True}, headers=bearer)
    assert answer.status_code >= 400
    assert orders(desk_app) == ["A1001"]


async def test_while_the_sandbox_is_off_there_is_no_panel(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"sandbox": "off"}))
    enroll(app.state.desk.database)
    async with app.router.lifespan_context(app), browser_for(app, OPERATOR) as operator:
        assert (await operator.get("/sandbox")).status_code == 404
        assert (await operator.post("/sandbox/reset", data={"desk": "on"})).status_code == 404
        assert 'href="/sandbox"' not in (await operator.get("/orders")).text


def orders(app: Starlette) -> list[str]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Order.order_id)).all())


def test_the_sandboxs_own_notice_is_shown_before_the_customer_is_back(served: Served) -> None:
    with closing(served.client()) as client, closing(Customer(served.url)) as customer:
        notify = {"notify_url": f"{served.url}/netcash/notify"}
        turned_on = client.post(f"/sandbox/shops/{SHOP}/notices", data=notify)
        assert turned_on.status_code == 303
        operator = Operator(client)
        order = operator.create("-noticefirst")
        page = customer.presses(customer.opens(operator.launch(order)), "pay")
        # The notice makes a lookup due, and the lookup tells.
        told = operator.wait_for(order, claim=("PAYSUCCESS", "lookup", "confirmed"))
        assert told.all("data-notice") == ["PAYSUCCESS"]
        assert told.all("data-awaited") == ["return"]
        assert told.all("data-verdict") == []
        customer.returns(page)
        back = operator.see(order)
        assert back.all("data-verdict") == ["verified"]
        assert back.all("data-awaited") == []
        assert back.claim == ("PAYSUCCESS", "lookup", "confirmed")
