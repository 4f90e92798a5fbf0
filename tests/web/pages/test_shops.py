"""The pages of the shops: who may do what, and what they never show."""

import re

import httpx
import pytest
from starlette.applications import Starlette

from app.desk.shops.shops import SANDBOX_SHOP_PASS
from app.main import create_app
from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.settings import Settings
from tests.cast import ADMIN, enroll
from tests.conftest import browser_for

pytestmark = pytest.mark.anyio

FORM = {
    "environment": "production",
    "ShopID": "9200000000001",
    "ShopPass": "Pq7-secr",
    "name": "Kanda Books",
    "order_prefix": "KB-",
}


async def added(client: httpx.AsyncClient) -> str:
    answer = await client.post("/settings/shops", data=FORM)
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


async def test_an_added_shop_is_on_the_list_and_on_its_own_page(client: httpx.AsyncClient) -> None:
    address = await added(client)
    listed = (await client.get("/settings/shops")).text
    assert f'href="{address}"' in listed
    assert FORM["ShopID"] in listed
    shown = (await client.get(f"{address}?saved")).text
    assert "The shop is saved." in shown
    assert '<body data-environment="production">' in shown
    assert 'value="https://p01.smbc-gp.co.jp"' in shown


async def test_no_page_ever_shows_a_password(client: httpx.AsyncClient) -> None:
    address = await added(client)
    wrong = FORM | {"name": "", "ShopID": "x"}
    answers = [
        await client.get("/settings/shops"),
        await client.get(address),
        await client.post("/settings/shops", data=wrong),
        await client.post(address, data=wrong),
    ]
    for answer in answers:
        assert FORM["ShopPass"] not in answer.text
        assert SANDBOX_SHOP_PASS not in answer.text


async def test_a_refused_shop_says_so_beside_each_field_and_keeps_the_rest(
    client: httpx.AsyncClient,
) -> None:
    typed = FORM | {"ShopID": "too-short", "gateway_url": "http://gateway.example.jp"}
    answer = await client.post("/settings/shops", data=typed)
    assert answer.status_code == 422
    assert re.findall(r'data-error-for="(\w+)"', answer.text) == ["ShopID", "gateway_url"]
    for value in ("too-short", "http://gateway.example.jp", "Kanda Books", "KB-"):
        assert f'value="{value}"' in answer.text
    assert '<option value="production" selected>' in answer.text


async def test_a_form_sent_twice_makes_one_shop(client: httpx.AsyncClient) -> None:
    await added(client)
    again = await client.post("/settings/shops", data=FORM)
    assert again.status_code == 422
    assert re.findall(r'data-error-for="(\w+)"', again.text) == ["ShopID"]


async def test_an_added_shop_explains_the_results_that_had_come_for_it(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    shop, password = FORM["ShopID"], FORM["ShopPass"]
    result = signed_result(shop, "A1001", Status.PAYSUCCESS, "20261124140322", password)
    await visitor.post("/netcash/return", data=dict(result.pairs()))
    answer = await client.post("/settings/shops", data=FORM)
    assert "rejudged=1" in answer.headers["location"]
    shown = await client.get(answer.headers["location"])
    assert "Stored results whose verdict changed: 1." in shown.text


async def test_the_sandboxs_shop_offers_no_credentials_to_change(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/settings/shops")).text
    address = re.search(r'href="(/settings/shops/[0-9a-f]{32})"', listed)
    assert address
    shown = (await client.get(address[1])).text
    assert 'name="ShopPass"' not in shown
    assert 'name="gateway_url"' not in shown
    answer = await client.post(address[1], data={"name": "Play", "order_prefix": "P-"})
    assert answer.status_code == 303


async def test_an_operator_may_look_but_not_change(
    client: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    address = await added(client)
    listed = (await operator.get("/settings/shops")).text
    assert "/settings/shops/new" not in listed
    shown = (await operator.get(address)).text
    assert FORM["ShopID"] in shown
    assert 'name="ShopPass"' not in shown
    assert (await operator.post(address, data=FORM)).status_code == 403


async def test_while_the_sandbox_is_off_its_shop_is_hidden(
    settings: Settings, desk_app: Starlette
) -> None:
    async with browser_for(desk_app, ADMIN) as client:
        listed = (await client.get("/settings/shops")).text
    address = re.search(r'href="(/settings/shops/[0-9a-f]{32})"', listed)
    assert address
    app = create_app(settings.model_copy(update={"sandbox": "off"}))
    enroll(app.state.desk.database)
    async with browser_for(app, ADMIN) as client:
        assert "tshop00000001" not in (await client.get("/settings/shops")).text
        assert (await client.get(address[1])).status_code == 404
