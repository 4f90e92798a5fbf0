"""A link by the number alone, and an order in a few lines to be copied."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from app.records.orders import Order
from app.records.shops import Environment, Shop
from app.web.presentation.order_summary import summaries
from tests.desk.callbacks.cast import an_order, body

pytestmark = pytest.mark.anyio


def with_order(app: Starlette, order_id: str, environment: Environment | None = None) -> str:
    """An order of the sandbox, or of a new shop in another environment; its key."""
    with app.state.desk.database.writing() as session:
        shop = session.exec(select(Shop).where(Shop.environment == Environment.SANDBOX)).one()
        if environment:
            shop = Shop(
                shop_id="9200000000001", environment=environment, name="神田*書店*", password="x"
            )
            session.add(shop)
            session.flush()
        order = an_order(shop, order_id)
        session.add(order)
    return order.id


async def test_a_number_leads_to_its_order_whatever_the_environment(
    desk_app: Starlette, client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    key = with_order(desk_app, "A1", Environment.PRODUCTION)
    answer = await client.get("/o/A1?env=sandbox")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{key}")
    stranger = await visitor.get("/o/A1")
    assert stranger.headers["location"] == "/login?next=/o/A1"


async def test_several_are_a_choice_and_none_is_a_search(
    desk_app: Starlette, client: httpx.AsyncClient
) -> None:
    keys = {with_order(desk_app, "A1"), with_order(desk_app, "A1", Environment.PRODUCTION)}
    choice = (await client.get("/o/A1")).text
    assert set(re.findall(r'data-row href="/orders/(\w+)"', choice)) == keys
    none = await client.get("/o/%3Cb%3E%26x")
    assert none.headers["location"] == "/orders?q=%3Cb%3E%26x"


async def test_the_summary_says_in_both_languages_what_the_page_says(
    desk_app: Starlette, client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    key = with_order(desk_app, "A1")
    await visitor.post("/netcash/return", content=body("A1"))
    page = html.unescape((await client.get(f"/orders/{key}")).text)
    for words in ("OrderID A1", "Paid · PAYSUCCESS", "Reported", "決済完了", "¥1,200"):
        assert words in page, words
    assert "**[OrderID A1](http://127.0.0.1:" in page


def test_nothing_that_somebody_wrote_is_markdown_or_calls_anybody() -> None:
    name = "神田*書店* <!channel> @here [x](http://evil)"
    shop = Shop(shop_id="9200000000001", environment=Environment.TEST, name=name, password="x")
    order = Order(shop_key=shop.id, environment=shop.environment, order_id="A-1", amount=100)
    plain, markdown, *_ = summaries(order, shop, "https://desk.example.jp", "en")
    assert name in plain.text
    line = next(one for one in markdown.text.splitlines() if "神田" in one)
    assert not re.search(r"(?<!\\)[*<@\[(!]", line.removeprefix("- Shop: "))
