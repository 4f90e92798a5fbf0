"""The page of an order whose call has no answer yet."""

from __future__ import annotations

from contextlib import closing

import httpx
from playwright.sync_api import Browser, expect

from app.settings import Settings
from tests.conftest import Served, serving
from tests.web.pages.test_order_page import create, hooks


def test_the_page_waits_asks_only_while_it_waits_and_fills_itself_in(
    browser: Browser, settings: Settings
) -> None:
    impatient = settings.model_copy(update={"gateway_timeout": 4, "gateway_settle": 0})
    with serving(impatient) as desk, closing(desk.client()) as operator:
        the_page_fills_itself_in(browser, desk, operator)


def the_page_fills_itself_in(browser: Browser, desk: Served, operator: httpx.Client) -> None:
    address = create(operator, "-timeout")
    shown = operator.get(address).text
    assert "ExecTranNetcash was asked at" in shown
    assert hooks(shown)["next-step"] == "wait-for-answer"
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert operator.get(address, headers=partial).status_code == 204

    context = browser.new_context(base_url=desk.url, locale="en-GB")
    name, value = next(iter(operator.cookies.items()))
    context.add_cookies([{"name": name, "value": value, "url": desk.url}])
    page = context.new_page()
    page.goto(address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("summary", has_text="EntryTranNetcash").click()
    expect(page.locator("[data-next-step=ask-gateway]")).to_be_visible()
    expect(page.locator("[data-outcome=no-answer]")).to_have_count(1)
    expect(page.locator("#waiting")).to_have_count(0)
    # What was opened to be read is still open.
    expect(page.locator("details[open]", has_text="EntryTranNetcash")).to_be_visible()
    asked.clear()
    page.wait_for_timeout(1300)
    assert asked == []
    # Who cannot see the page that comes back hears how the order stands on it.
    page.locator("[data-next-step=ask-gateway] button").click()
    expect(page.locator("#announcer")).to_contain_text("REQSUCCESS")
    context.close()
