"""The guided demo, walked by its own links and words, in both languages and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Served
from tests.journeys.window import AN_ORDER, Window, window

pytestmark = pytest.mark.soak

WALKS = [("ja", 390), ("en", 1440)]


class Walker:
    """Somebody who does what the demo says, and nothing else."""

    def __init__(self, opened: Window) -> None:
        self.at_desk, self.page = opened, opened.page

    def expect(self, step: str) -> None:
        """The page says so by itself, and what is to be pressed can be seen."""
        expect(self.page.locator(f"[data-tour-step={step}]")).to_be_in_viewport()

    def go(self) -> None:
        """To what the step wants pressed, where it is in sight."""
        at = self.page.locator("[data-tour-at]").get_attribute("data-tour-at")
        self.page.locator(".tour .btn-primary").click()
        self.page.wait_for_load_state()
        if at:
            expect(self.page.locator(f"#{at}")).to_be_in_viewport()

    def make(self) -> None:
        self.page.fill("[name=Amount]", "1200")
        self.at_desk.press("Register and request payment")
        self.page.wait_for_url(AN_ORDER)

    def visit(self, button: str) -> None:
        self.at_desk.send_customer(button).close()

    def look(self) -> None:
        """At what came of the step before."""
        self.page.locator(".tour-done a").click()
        self.page.wait_for_load_state()

    def pay_and_be_left_there(self) -> None:
        """No result brings the customer back."""
        with self.at_desk.context.expect_page() as opened:
            self.at_desk.press("Open the payment page")
        customer = opened.value
        customer.locator("[name=action][value=pay]").click()
        customer.wait_for_load_state()
        customer.close()


@pytest.mark.parametrize(("language", "width"), WALKS)
def test_the_demo_is_walked_by_what_it_says(
    browser: Browser, served: Served, language: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    with window(browser, served, language, viewport=size, screen=size) as opened:
        opened.sign_in()
        walker = Walker(opened)
        walker.page.goto("/?tour=1")
        walker.expect("create")
        walker.go()
        walker.make()
        walker.expect("pay")
        walker.go()
        walker.visit("pay")
        # The result has arrived with the payment: both steps are done, and can be looked at.
        walker.expect("cancel")
        walker.look()
        expect(walker.page.locator("h1 [data-verdict=verified]")).to_be_visible()
        walker.go()
        walker.make()
        walker.go()
        walker.visit("cancel")
        walker.expect("tamper")
        walker.go()
        walker.make()
        walker.go()
        walker.visit("pay")
        walker.expect("recover")
        walker.look()
        expect(walker.page.locator("h1 [data-verdict=mismatch]")).to_be_visible()
        walker.go()
        walker.make()
        walker.go()
        walker.pay_and_be_left_there()
        expect(walker.page.locator("[data-tour-at=act-look-up]")).to_be_in_viewport()
        walker.go()
        opened.press("Ask the gateway")
        expect(walker.page.locator("[data-money=confirmed]").first).to_be_visible()
        walker.expect("investigate")
        walker.go()
        expect(walker.page.locator("[name=kind]")).to_have_value("tampering")
        opened.press("Open the case")
        walker.expect("print")
        walker.go()
        expect(walker.page.locator("h1")).to_contain_text("C-000001")
        walker.page.goto("/?tour=1")
        walker.expect("done")
        assert walker.page.evaluate("document.documentElement.scrollWidth") <= width
        opened.press("Set everything back for the next audience")
        walker.expect("create")
