"""The page at RetURL in a customer's browser."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.conftest import Served


def test_the_switch_of_language_needs_no_second_request(served: Served, browser: Browser) -> None:
    page = browser.new_context(base_url=served.url, locale="ja-JP").new_page()
    requests: list[str] = []
    page.goto("/netcash/return")
    page.on("request", lambda request: requests.append(request.url))
    title = page.locator("h1:visible")
    assert title.inner_text() == "お支払いの結果は、この画面にはもう表示されません"
    page.get_by_text("English", exact=True).click()
    assert title.inner_text() == "The result is not shown here again"
    assert requests == []
    page.context.close()
