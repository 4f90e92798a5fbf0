"""The launch page in a real browser: it sends the customer on, with scripts and without."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Browser

from tests.conftest import Served
from tests.web.pages.test_order_page import create


@pytest.mark.parametrize("scripts", [True, False])
def test_the_customer_arrives_at_the_payment_page(
    browser: Browser, served: Served, scripts: bool
) -> None:
    with closing(served.client()) as client:
        order = create(client)
        link = client.post(f"{order}/launches").headers["location"]
    context = browser.new_context(base_url=served.url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(link, wait_until="commit")
    if not scripts:
        page.click("button")
    page.wait_for_selector("[name=NetCashID]")
    assert not context.cookies()
    context.close()
