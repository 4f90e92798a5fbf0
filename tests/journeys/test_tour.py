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

    def step(self) -> str:
        self.page.reload()
        return self.page.locator("[data-tour-step]").get_attribute("data-tour-step") or ""

    def go(self) -> None:
        self.page.locator(".tour .btn-primary").click()
        self.page.wait_for_load_state()

    def make(self, scenario: str = "") -> None:
        self.page.fill("[name=Amount]", "1200")
        if scenario:
            self.page.select_option("[name=scenario]", scenario)
        self.at_desk.press("Register and request payment")
        self.page.wait_for_url(AN_ORDER)

    def visit(self, button: str) -> None:
        self.at_desk.send_customer(button).close()

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
        assert walker.step() == "create"
        walker.go()
        walker.make()
        assert walker.step() == "pay"
        walker.go()
        walker.visit("pay")
        # The result has arrived with the payment: both steps are done, and can be looked at.
        assert walker.step() == "cancel"
        walker.go()
        walker.make()
        walker.visit("cancel")
        assert walker.step() == "tamper"
        walker.go()
        walker.make("-tamper")
        walker.visit("pay")
        assert walker.step() == "recover"
        walker.go()
        walker.make("-silent")
        walker.pay_and_be_left_there()
        walker.page.reload()
        opened.press("Ask the gateway")
        expect(walker.page.locator("[data-money=confirmed]").first).to_be_visible()
        assert walker.step() == "investigate"
        walker.go()
        expect(walker.page.locator("[name=kind]")).to_have_value("tampering")
        opened.press("Open the case")
        assert walker.step() == "print"
        walker.go()
        expect(walker.page.locator("h1")).to_contain_text("C-000001")
        walker.page.goto("/?tour=1")
        assert walker.step() == "done"
        assert walker.page.evaluate("document.documentElement.scrollWidth") <= width
        opened.press("Set everything back for the next audience")
        walker.page.goto("/?tour=1")
        assert walker.step() == "create"
