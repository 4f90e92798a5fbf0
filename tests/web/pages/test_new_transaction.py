"""New transaction: refused in words beside the field, kept as typed; one form makes one order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.protocol.messages import Call
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.records.shops import Environment, Shop
from tests.web.pages.rows import an_order, sandbox_shop, stored

pytestmark = pytest.mark.anyio


async def fresh_form(client: httpx.AsyncClient, query: str = "") -> dict[str, str]:
    """The fields of a new form, filled in as it offers them."""
    return fields_of((await client.get(f"/orders/new{query}")).text)


def fields_of(shown: str) -> dict[str, str]:
    inputs = re.findall(r"<input[^>]*>", shown)
    pairs = [(re.search(r'name="(\w+)"', one), re.search(r' value="(.*?)"', one)) for one in inputs]
    return {name[1]: unescape(value[1]) if value else "" for name, value in pairs if name}


async def send(
    client: httpx.AsyncClient, form: Mapping[str, str] | None = None, /, **typed: str
) -> httpx.Response:
    """Send the form, registering only, with what was typed."""
    fields = dict(form or await fresh_form(client)) | {"Amount": "1000", "action": "register"}
    return await client.post("/orders", data=fields | typed)


def errors_in(shown: str) -> dict[str, str]:
    """What stands beside each field, without its markup."""
    found = re.findall(r'data-error-for="(\w+)">.*?</svg>(.*?)</p>', shown, re.DOTALL)
    return {name: unescape(re.sub("<.*?>", "", words)) for name, words in found}


def orders_in(app: Starlette) -> list[Order]:
    with app.state.desk.database.reading() as session:
        return list(session.exec(select(Order).order_by(Order.id)).all())


def calls_in(app: Starlette, call: Call) -> int:
    with app.state.desk.database.reading() as session:
        return len(session.exec(select(Exchange.id).where(Exchange.call == call)).all())


REFUSED = [
    ("OrderID", "", "Enter an OrderID", "OrderID を入力してください"),
    ("OrderID", "A" * 28, "at most 27 characters", "27 文字以内"),
    ("OrderID", "ML-ORDER-1", "ML-ORDER", "ML-ORDER"),
    ("OrderID", "注文1", "「注」 「文」", "「注」 「文」"),
    ("OrderID", "A_1", "「_」", "「_」"),
    ("Amount", "", "Enter the amount", "利用金額を円で入力"),
    ("Amount", "0", "from ¥1 to ¥200,000", "¥1 から ¥200,000"),
    ("Amount", "200001", "from ¥1 to ¥200,000", "¥1 から ¥200,000"),
    ("Amount", "1234567", "at most 6", "6 桁以内"),
    ("Amount", "12,00", "「,」", "「,」"),
    ("Amount", "-5", "「-」", "「-」"),
    ("Tax", "1.5", "「.」", "「.」"),
    ("RetURL", "", "Enter the address", "URL を入力"),
    ("RetURL", "https://example.jp/" + "a" * 238, "at most 256", "256 文字以内"),
    ("RetURL", "ftp://example.jp/", "begins with https://", "https:// または http://"),
    ("RetURL", "javascript:alert(1)", "begins with https://", "https:// または http://"),
    ("RetURL", "https://example.jp/あ", "「あ」", "「あ」"),
    ("ClientField1", "ありがとう😀", "「😀」", "「😀」"),
    ("ClientField2", "a<b>", "「<」 「>」", "「<」 「>」"),
    ("ClientField3", "あ" * 51, "at most 100 bytes", "100 バイト以内"),
    ("ClientField1", "tab\there", "U+0009", "U+0009"),
]


@pytest.mark.parametrize(("field", "typed", "english", "japanese"), REFUSED)
async def test_what_cannot_be_sent_is_refused_beside_its_field_and_kept(
    client: httpx.AsyncClient,
    desk_app: Starlette,
    field: str,
    typed: str,
    english: str,
    japanese: str,
) -> None:
    answer = await send(client, None, **{field: typed})
    assert answer.status_code == 422
    assert list(errors_in(answer.text)) == [field]
    assert english in errors_in(answer.text)[field]
    assert fields_of(answer.text)[field] == typed
    client.cookies.set("lang", "ja")
    again = await send(client, None, **{field: typed})
    assert japanese in errors_in(again.text)[field]
    assert orders_in(desk_app) == []


async def test_amount_and_tax_are_judged_together(client: httpx.AsyncClient) -> None:
    answer = await send(client, Amount="199999", Tax="2")
    assert answer.status_code == 422
    assert "¥200,000" in errors_in(answer.text)["Amount"]


async def test_every_problem_is_told_at_once(client: httpx.AsyncClient) -> None:
    answer = await send(client, OrderID="", Amount="0", RetURL="ftp://x")
    assert set(errors_in(answer.text)) == {"OrderID", "Amount", "RetURL"}


async def test_full_width_numbers_are_made_half_width_and_accepted(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    answer = await send(client, OrderID="Ａ１００１－１", Amount="１２００", Tax="１２０")
    assert answer.status_code == 303
    [order] = orders_in(desk_app)
    assert (order.order_id, order.amount, order.tax) == ("A1001-1", 1200, 120)
    assert "A1001-1" in (await client.get(answer.headers["location"])).text


async def test_a_refused_form_shows_the_half_width_number(client: httpx.AsyncClient) -> None:
    shown = (await send(client, OrderID="Ａ１", Amount="０")).text
    assert fields_of(shown)["OrderID"] == "A1"


async def test_the_fresh_form_suggests_a_number_and_our_own_receiver(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    form = await fresh_form(client)
    assert form["OrderID"]
    assert form["RetURL"] == desk_app.state.settings.base_url + "/netcash/return"
    assert form["form_key"] != (await fresh_form(client))["form_key"]


async def test_one_form_sent_by_two_tabs_at_once_makes_one_order(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    form = await fresh_form(client)
    answers = await asyncio.gather(*(send(client, form) for _ in range(4)))
    places = {answer.headers["location"].partition("?")[0] for answer in answers}
    assert {answer.status_code for answer in answers} == {303}
    assert len(places) == len(orders_in(desk_app)) == 1
    assert calls_in(desk_app, Call.ENTRY) == 1


async def test_a_form_sent_before_says_so_and_sends_nothing(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    form = await fresh_form(client)
    await send(client, form)
    again = await send(client, form, Amount="9999")
    shown = (await client.get(again.headers["location"])).text
    assert "Nothing was sent again" in shown
    assert orders_in(desk_app)[0].amount == 1000


async def test_a_number_in_use_is_shown_with_its_order_and_the_next_free_one(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    taken = an_order(desk_app, "A1001")
    answer = await send(client, OrderID="A1001", ClientField1="kept")
    assert answer.status_code == 422
    assert f'href="/orders/{taken.id}"' in answer.text
    assert "Use A1001-1 instead" in answer.text
    renumbered = await send(client, fields_of(answer.text), renumber="1")
    assert fields_of(renumbered.text)["OrderID"] == "A1001-1"
    assert fields_of(renumbered.text)["ClientField1"] == "kept"
    assert len(orders_in(desk_app)) == 1


async def test_another_try_begins_with_the_values_of_the_first(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    first = an_order(
        desk_app, "A1001", "PAYFAIL", tax=80, client_field2="二", ret_url="https://a.jp/"
    )
    form = await fresh_form(client, f"?after={first.id}")
    assert (form["OrderID"], form["Amount"], form["Tax"]) == ("A1001-1", "1000", "80")
    assert (form["RetURL"], form["ClientField2"]) == ("https://a.jp/", "二")


async def test_a_client_without_our_hidden_fields_makes_an_order_each_time(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    for number in ("C1", "C2"):
        fields = {
            "OrderID": number,
            "Amount": "100",
            "RetURL": "https://a.jp/",
            "action": "register",
        }
        assert (await client.post("/orders", data=fields)).status_code == 303
    assert [order.order_id for order in orders_in(desk_app)] == ["C1", "C2"]


async def test_a_scenario_adds_its_suffix_once(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    await send(client, OrderID="S1", scenario="-timeout")
    await send(client, OrderID="S2-timeout", scenario="-timeout")
    await send(client, OrderID="S3", scenario="-no-such-one")
    assert [order.order_id for order in orders_in(desk_app)] == ["S1-timeout", "S2-timeout", "S3"]


async def test_production_asks_for_the_shops_name(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    shop = Shop(
        shop_id="shop000000001",
        environment=Environment.PRODUCTION,
        name="本店",
        password="secret12",
        gateway_url="http://127.0.0.1:9",
    )
    stored(desk_app, shop)
    form = await fresh_form(client, "?env=production")
    assert form["shop_key"] == shop.id
    refused = await send(client, form, ShopName="支店")
    assert "本店" in errors_in(refused.text)["ShopName"]
    assert orders_in(desk_app) == []
    assert (await send(client, form, ShopName="本店")).status_code == 303
    assert orders_in(desk_app)[0].environment is Environment.PRODUCTION


async def test_without_a_shop_the_page_says_where_to_add_one(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/orders/new?env=test")).text
    assert "No shop to pay to" in shown
    assert "<form id=" not in shown


@pytest.mark.parametrize("key", ["", "0" * 32])
async def test_a_shop_that_is_not_there_is_refused(
    client: httpx.AsyncClient, desk_app: Starlette, key: str
) -> None:
    stored(desk_app, Shop(shop_id="b", environment=Environment.SANDBOX, name="B", password="x"))
    answer = await send(client, shop_key=key)
    assert answer.status_code == 422
    assert "shop_key" in errors_in(answer.text)


async def test_the_checks_while_typing_store_nothing_and_say_only_what_is_wrong_so_far(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    typed = {"OrderID": "", "Amount": "0", "ClientField1": "〜①ポ😀", "scenario": "-drop"}
    form = await fresh_form(client) | typed
    shown = await client.post(
        "/orders/new/checks", data=form, headers={"HX-Request-Type": "partial"}
    )
    assert shown.status_code == 200
    assert "<html" not in shown.text
    assert set(errors_in(shown.text)) == {"Amount", "ClientField1"}
    assert "8 of 100 bytes" in shown.text
    assert orders_in(desk_app) == []


async def test_the_order_goes_to_the_shop_chosen(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    other = stored(
        desk_app,
        Shop(shop_id="tshop2", environment=Environment.SANDBOX, name="Two", password="secret12"),
    )
    assert sandbox_shop(desk_app).id in (await client.get("/orders/new")).text
    await send(client, shop_key=other.id)
    assert orders_in(desk_app)[0].shop_key == other.id


async def test_the_page_of_a_second_click_follows_what_the_first_sets_off(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order = an_order(desk_app, "A1", "unknown", source=None)
    for address, follows in ((f"/orders/{order.id}?sent-before", 1), (f"/orders/{order.id}", 0)):
        assert (await client.get(address)).text.count("data-follows") == follows
    with desk_app.state.desk.database.writing() as session:
        session.get_one(Order, order.id).created_at -= timedelta(minutes=1)
    assert "data-follows" not in (await client.get(f"/orders/{order.id}?sent-before")).text
