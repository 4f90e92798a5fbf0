"""A window of a real browser at the desk, in one language, that keeps whatever went wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from app.protocol.words import translation
from tests.browser import PATIENCE
from tests.cast import ADMIN, PASSWORD
from tests.conftest import Served

LOCALES = {"ja": "ja-JP", "en": "en-GB"}
AN_ORDER = re.compile(r"/orders/[0-9a-f]{32}")
LOUD = {"error", "warning"}


class Window:
    """What a person at the desk does, with the words they read on the buttons."""

    def __init__(self, context: BrowserContext, language: str) -> None:
        self.context = context
        self.language = language
        self.page = context.new_page()
        self._catalogue = translation(language)

    def say(self, message: str, **values: str) -> str:
        """A message in the window's language."""
        said = self._catalogue.gettext(message)
        return said % values if values else said

    def sign_in(self) -> None:
        """Sign in through the door."""
        self.page.goto("/login")
        self.page.get_by_label(self.say("E-mail address")).fill(ADMIN.email)
        self.page.get_by_label(self.say("Password")).fill(PASSWORD)
        self.press("Sign in")
        # The number of what needs a person goes before it.
        title = re.escape(self.say("Overview") + " · NET CASH Desk")
        expect(self.page).to_have_title(re.compile(rf"^(\(\d+\) )?{title}$"))

    def press(self, words: str, page: Page | None = None) -> None:
        """Press the button of these words."""
        self.button(words, page).click()

    def button(self, words: str, page: Page | None = None) -> Locator:
        return (page or self.page).get_by_role("button", name=self.say(words), exact=True).first

    def fill_in(self, order_id: str, **typed: str) -> None:
        """Open the form of a new transaction and fill it in."""
        self.page.goto("/orders/new")
        for name, value in {"OrderID": order_id, "Amount": "1200", **typed}.items():
            self.page.fill(f"[name={name}]", value)

    def create(self, order_id: str, **typed: str) -> str:
        """Register an order and request its payment; the address it leads to."""
        self.fill_in(order_id, **typed)
        self.press("Register and request payment")
        self.page.wait_for_url(AN_ORDER)
        return urlsplit(self.page.url).path

    def send_customer(self, button: str) -> Page:
        """Open the payment page in a new tab, press a button as the customer, come back."""
        with self.context.expect_page() as opened:
            self.press("Open the payment page")
        customer = opened.value
        customer.wait_for_url("**/NetCashStart.idPass")
        customer.locator(f"[name=action][value={button}]").click()
        customer.wait_for_url("**/netcash/return")
        return customer

    def expect_claim(self, status: str, source: str) -> None:
        """The order's own status and what it rests on."""
        own = self.page.locator("[data-status]").first
        expect(own).to_have_attribute("data-status", status)
        expect(own).to_have_attribute("data-source", source)

    def expect_step(self, step: str) -> None:
        expect(self.page.locator("[data-next-step]")).to_have_attribute("data-next-step", step)


@contextmanager
def window(
    browser: Browser, desk: Served, language: str = "en", *, quiet: bool = True, **options: Any
) -> Iterator[Window]:
    """Open a window; at its end nothing may have gone wrong in any of its tabs.

    Unless it is not `quiet`: a browser also reports the answers that a test asks for on purpose.
    """
    context = browser.new_context(
        base_url=desk.url, locale=LOCALES[language], timezone_id="Asia/Tokyo", **options
    )
    context.set_default_timeout(PATIENCE)
    faults = _faults_of(context, desk.url)
    try:
        yield Window(context, language)
        assert not (quiet and faults), faults
    finally:
        context.close()


def _faults_of(context: BrowserContext, home: str) -> list[str]:
    """Scripts that failed, policies that were broken, requests that went to another host."""
    faults: list[str] = []

    def heard(kind: str, text: str) -> None:
        if kind in LOUD:
            faults.append(f"{kind}: {text}")

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not url.startswith(home):
            faults.append(f"a request to {parts.netloc}")

    context.on("console", lambda message: heard(message.type, message.text))
    context.on("weberror", lambda error: heard("error", str(error.error)))
    context.on("request", lambda request: asked(request.url))
    return faults
