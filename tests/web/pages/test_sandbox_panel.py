"""The sandbox's control panel inside the desk: who may, and what starting over means."""

from __future__ import annotations

import random
import re
from contextlib import closing

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.main import create_app
from app.protocol.wire import split_answer
from app.records.accounts import AuditEntry
from app.records.orders import Order
from app.settings import Settings
from app.web.presentation.labels import AUDITED
from tests.cast import ADMIN, OPERATOR, VIEWER, enroll
from tests.conftest import Served, browser_for
from tests.reading import Shown
from tests.sandbox.test_any_bytes import (
    OUR_PIECES,
    OURS,
    PATHS,
    PIECES,
    TYPES,
    random_body,
)
from tests.walk import SHOP, Customer, Operator
from tests.web.pages.rows import an_order

pytestmark = pytest.mark.anyio

COMMANDS = ("clock", "faults", "faults/forget", "shops", "hosts", "key", "reset")


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
    for command in COMMANDS:
        assert (await visitor.post(f"/sandbox/{command}")).headers["location"] == "/login"


async def test_a_viewer_looks_and_turns_nothing(desk_app: Starlette) -> None:
    trade = await a_trade(desk_app)
    async with browser_for(desk_app, VIEWER) as viewer:
        for address in ("/sandbox", f"/sandbox/trades/{trade}"):
            shown = await viewer.get(address)
            assert shown.status_code == 200
            assert 'method="post" action="/sandbox' not in shown.text
            assert "sandbox-key" not in shown.text  # it would open what a viewer may not do
        for command in (*COMMANDS, f"trades/{trade}/scenario", f"shops/{SHOP}/notices"):
            assert (await viewer.post(f"/sandbox/{command}")).status_code == 403


async def test_each_role_is_offered_what_it_may_do_and_no_more(desk_app: Starlette) -> None:
    ruled = {"/sandbox/hosts", "/sandbox/key"}
    for member, may_rule in ((OPERATOR, False), (ADMIN, True)):
        async with browser_for(desk_app, member) as browser:
            panel = (await browser.get("/sandbox")).text
            offered = set(re.findall(r'method="post" action="(/sandbox/\w+)', panel))
            assert {"/sandbox/clock", "/sandbox/faults", "/sandbox/reset"} <= offered
            assert offered & ruled == (ruled if may_rule else set())
            assert (await browser.post("/sandbox/clock", data={"minutes": "1"})).status_code == 303
            hosts = await browser.post("/sandbox/hosts", data={"hosts": "a.example"})
            assert hosts.status_code == (303 if may_rule else 403)


async def test_a_refused_form_comes_back_in_the_desks_frame(operator: httpx.AsyncClient) -> None:
    answer = await operator.post("/sandbox/clock", data={"minutes": "many"})
    assert answer.status_code == 422
    assert Shown(answer).all("data-error-for") == ["minutes"]
    assert 'value="many"' in answer.text
    assert "Sandbox control panel · NET CASH Desk" in answer.text
    # The switch of languages leads back to a page, not to the address of the form.
    assert 'name="back" value="/sandbox"' in answer.text


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("trades/x/scenario", b"scenario=late", 404),
        ("nothing", b"", 404),
        ("clock", b"a" * (64 * 1024 + 1), 413),
        ("reset", b"a" * (64 * 1024 + 1), 413),
    ],
)
async def test_what_is_not_there_is_said_in_the_desks_frame(
    operator: httpx.AsyncClient, path: str, body: bytes, status: int
) -> None:
    answer = await operator.post(f"/sandbox/{path}", content=body)
    assert answer.status_code == status
    assert "· NET CASH Desk</title>" in answer.text
    assert 'href="/orders"' in answer.text


async def test_a_trade_that_was_forgotten_is_said_in_the_desks_frame(
    operator: httpx.AsyncClient,
) -> None:
    answer = await operator.get(f"/sandbox/trades/{'0' * 32}")
    assert answer.status_code == 404
    assert "This page does not exist · NET CASH Desk" in answer.text
    assert '<a class="btn" href="/sandbox">' in answer.text


async def test_random_bytes_never_break_the_sandbox_below_the_desk(
    operator: httpx.AsyncClient,
) -> None:
    dice = random.Random(6)
    for _ in range(50):
        ours = dice.random() < 0.7
        path = dice.choice((*OURS, "/reset", "/nothing") if ours else PATHS)
        body = random_body(dice, (*OUR_PIECES, b"sure=on") if ours else PIECES)
        headers = {b"Content-Type": dice.choice(TYPES).encode("latin-1")}
        answer = await operator.post(f"/sandbox{path}", content=body, headers=headers)
        assert answer.status_code < 500, (path, body)
        page = dice.choice(("", "/guide?page=readiness", "/trades/%00", "/%ff"))
        query = {"q": dice.randbytes(3).decode("latin-1"), "before": "9" * 30, "shop": "\x00"}
        assert (await operator.get(f"/sandbox{page}", params=query)).status_code < 500


async def a_trade(app: Starlette) -> str:
    """The AccessID of a trade in the sandbox."""
    order = {"ShopID": SHOP, "ShopPass": "tpass7xq", "OrderID": "T1", "Amount": "1"}
    async with browser_for(app, None) as client:
        answer = await client.post("/sandbox/payment/EntryTranNetcash.idPass", data=order)
    return split_answer(answer.content)["accessid"]


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
    unsure = await operator.post("/sandbox/reset", data={"desk": "on"})
    assert (unsure.status_code, Shown(unsure).all("data-error-for")) == (422, ["sure"])
    assert re.search('name="desk" checked', unsure.text)
    assert (await operator.post("/sandbox/reset", data={"sure": "on"})).headers[
        "location"
    ] == "/sandbox"
    assert orders(desk_app) == ["A1001"]
    answer = await operator.post("/sandbox/reset", data={"desk": "on", "sure": "on"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox")
    assert orders(desk_app) == []
    with desk_app.state.desk.database.reading() as session:
        (entry,) = session.exec(select(AuditEntry)).all()
    assert entry.email == OPERATOR.email
    assert entry.action in AUDITED


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
