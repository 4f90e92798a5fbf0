"""The form in which a refused order is put right, under somebody's hands."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.protocol.messages import Call
from tests.conftest import Served
from tests.web.pages.test_correcting import refused


@pytest.mark.soak
def test_a_refused_order_is_put_right_and_goes_out_with_its_own_number(
    admin_page: Page, served: Served
) -> None:
    order = refused(served.app, "A1001", Call.ENTRY, "M01005011")
    page = admin_page
    page.goto(f"/orders/{order.id}")
    page.locator("[data-next-step=correct-values] a").click()
    expect(page.locator("[name=OrderID]")).to_have_value("A1001")
    expect(page.locator("[data-error-for=Amount]")).to_contain_text("between 1 and 200,000 yen")
    expect(page.locator("[name=Amount]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=ClientField1]", "佐藤 花子")
    expect(page.locator("#f-ClientField1-help")).to_contain_text("9 of 100")
    expect(page.locator("[data-error-for=Amount]")).to_have_count(1)
    page.fill("[name=Amount]", "900")
    expect(page.locator("[data-error-for=Amount]")).to_have_count(0)
    expect(page.locator("[data-total]")).to_have_text("¥980")
    page.dblclick("button[value=execute]")
    # The second click sets off a page of its own, and the first is given up.
    expect(page).to_have_url(re.compile(rf"/orders/{order.id}"))
    expect(page.locator("[data-status=REQSUCCESS]").first).to_be_visible()
    expect(page.locator(".order-number")).to_contain_text("A1001")
    expect(page.locator("[data-call=EntryTranNetcash]")).to_have_count(2)
    expect(page.locator("[data-call=ExecTranNetcash]")).to_have_count(1)
