"""The form of a new transaction under somebody's hands."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect


def test_typing_is_checked_live_and_never_disturbed(admin_page: Page) -> None:
    page = admin_page
    page.goto("/orders/new")
    page.fill("[name=Amount]", "２００００１")
    page.press("[name=Amount]", "Tab")
    expect(page.locator("[data-error-for=Amount]")).to_contain_text("¥200,000")
    expect(page.locator("[name=Amount]")).to_have_value("200001")
    expect(page.locator("[name=Amount]")).to_have_attribute("aria-invalid", "true")
    page.locator("[name=ClientField1]").press_sequentially("ab😀", delay=60)
    expect(page.locator("[data-error-for=ClientField1]")).to_contain_text("😀")
    expect(page.locator("[name=ClientField1]")).to_have_value("ab😀")
    expect(page.locator("[name=ClientField1]")).to_be_focused()
    page.fill("[name=Amount]", "1000")
    page.fill("[name=Tax]", "80")
    expect(page.locator("[data-total]")).to_have_text("¥1,080")
    expect(page.locator("[data-error-for=Amount]")).to_have_count(0)
    expect(page.locator("[name=Amount]")).not_to_have_attribute("aria-invalid", "true")
    page.select_option("[name=scenario]", "-refuse")
    expect(page.locator("#sent-as")).to_contain_text("-refuse")
    page.fill("[name=ClientField1]", "")
    held: list[Route] = []
    # Playwright hangs something on the function, which a built-in one does not bear.
    page.route("**/orders/new/checks", lambda route: held.append(route))  # noqa: PLW0108
    page.fill("[name=Amount]", "1001")
    with page.expect_request(lambda request: "early" in (request.post_data or "")):
        page.fill("[name=ClientField2]", "early")
    page.evaluate("document.getElementsByName('Amount')[0].value = '1002'")
    held[-1].continue_()
    expect(page.locator("#f-ClientField2-help")).to_contain_text("5 of 100")
    expect(page.locator("[name=Amount]")).to_have_value("1002")
    page.unroute("**/orders/new/checks")
    page.dblclick("button[value=register]")
    # The second click sets off a page of its own, and the first is given up.
    expect(page).to_have_url(re.compile(r"/orders/\w{32}"))
    # It may show the order as it stood before the first click had registered it, and follows.
    expect(page.locator("[data-status=UNPROCESSED]").first).to_be_visible()
    expect(page.locator("[data-call=EntryTranNetcash]")).to_have_count(1)
