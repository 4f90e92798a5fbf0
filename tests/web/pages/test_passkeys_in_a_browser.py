"""Passkeys in a real browser, with a device that Chromium pretends to have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cast import APPROVER, PASSWORD
from tests.conftest import Served, serving, settings_for
from tests.postgresql import free_port

ACCOUNT = "/settings/account"


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Served]:
    """A desk that browsers know by a name, as passkeys want it."""
    port = free_port()
    with serving(settings_for(tmp_path, port=port, public_url=f"http://localhost:{port}")) as desk:
        yield desk


def with_device(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("[name=email]", APPROVER.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/login'] button")


def test_a_passkey_is_added_named_and_asked_for_at_the_next_sign_in(
    browser: Browser, named: Served
) -> None:
    address = named.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, locale="en-US")
    page = context.new_page()
    with_device(page)
    sign_in(page)
    page.goto(ACCOUNT)
    page.fill("[data-passkey=create] [name=name]", "My phone")
    page.click("[data-passkey=create] button")
    expect(page.locator("[data-recovery-codes] li")).to_have_count(10)
    expect(page.locator("[data-a-passkey]")).to_contain_text("My phone")
    # The same device again is none more.
    page.click("[data-passkey=create] button")
    expect(page.locator("[data-passkey-failed]")).to_be_visible()
    page.goto("/")
    page.request.post("/logout")
    sign_in(page)
    expect(page.locator("[data-again]")).to_be_visible()
    page.click("[data-passkey=get] button")
    expect(page).to_have_url(f"{address}/")
    page.goto(ACCOUNT)
    expect(page.locator("[data-a-passkey]")).to_contain_text("last used")
    page.click("[data-a-passkey] button")
    expect(page.locator("#passkeys")).to_have_attribute("data-passkeys", "0")
    expect(page.locator("#second-factor")).to_have_attribute("data-second-factor", "off")
    context.close()
