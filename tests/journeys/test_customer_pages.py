"""The sandbox's customer pages share our address and an operator's browser, and can do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page
from sqlmodel import func, select

from app.records.exchanges import Exchange
from app.records.orders import Order
from tests.conftest import Served
from tests.journeys.window import Window, window
from tests.walk import Operator

MORE = ("/sandbox/reset", "/sandbox/clock", "/settings/shops", "/logout")
TARGETS = ("/orders", *(pytest.param(more, marks=pytest.mark.soak) for more in MORE))

_FETCH = """async ([address, mode]) => {
    const form = new URLSearchParams({desk: "on", minutes: "5", OrderID: "STOLEN", Amount: "1"})
    try {
        const answer = await fetch(address, {
            method: "POST", body: form, credentials: "include", mode, redirect: "manual"})
        return [answer.type, answer.status]
    } catch (error) { return ["refused", 0] }
}"""

_FORM = """address => {
    const form = document.createElement("form")
    form.method = "post"
    form.action = address
    form.innerHTML = '<input name="desk" value="on"><input name="minutes" value="5">'
    document.body.append(form)
    form.submit()
}"""


@pytest.fixture(scope="module")
def operators_window(browser: Browser, desk: Served) -> Iterator[Window]:
    with window(browser, desk, "en", quiet=False) as opened:
        opened.sign_in()
        yield opened


@pytest.fixture
def customer_page(operators_window: Window, operator: Operator) -> Iterator[Page]:
    """The payment page, in the very browser in which an operator is signed in."""
    page = operators_window.context.new_page()
    page.goto(operator.launch(operator.create()))
    page.wait_for_url("**/payment/**")
    page.wait_for_selector("[name=NetCashID]")
    yield page
    page.close()


def everything(desk: Served) -> list[Any]:
    with desk.app.state.desk.database.reading() as session:
        return [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (Order, Exchange)
        ]


def test_a_customers_page_has_an_origin_of_nobody_and_reads_no_cookie(customer_page: Page) -> None:
    assert customer_page.evaluate("origin") == "null"
    with pytest.raises(Error, match="SecurityError"):
        customer_page.evaluate("document.cookie")


@pytest.mark.parametrize("target", TARGETS)
def test_no_script_on_a_customers_page_acts_with_an_operators_cookies(
    desk: Served, operators_window: Window, customer_page: Page, target: str
) -> None:
    before = everything(desk)
    address = desk.url + target
    for mode in ("cors", "no-cors", "same-origin"):
        kind, status = customer_page.evaluate(_FETCH, [address, mode])
        assert (kind, status) in {("refused", 0), ("opaque", 0)}
    assert everything(desk) == before
    operators_window.page.goto("/orders")
    assert operators_window.page.url.endswith("/orders")  # still signed in


@pytest.mark.parametrize("target", TARGETS)
def test_no_form_on_a_customers_page_acts_with_an_operators_cookies(
    desk: Served, operators_window: Window, customer_page: Page, target: str
) -> None:
    before = everything(desk)
    with customer_page.expect_response(desk.url + target) as answer:
        customer_page.evaluate(_FORM, desk.url + target)
    assert answer.value.status == 403
    assert everything(desk) == before
    operators_window.page.goto("/orders")
    assert operators_window.page.url.endswith("/orders")
