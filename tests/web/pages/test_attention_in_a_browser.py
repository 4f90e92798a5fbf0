"""What an operator does about results that prove nothing, from the list to its end."""

from __future__ import annotations

import re
from contextlib import closing

import httpx
from playwright.sync_api import Page, expect

from tests.conftest import Served
from tests.desk.callbacks.cast import tampered


def create(client: httpx.Client, order_id: str) -> str:
    """An order that its customer can pay; its address."""
    shown = client.get("/orders/new").text
    form = dict(re.findall(r'name="(form_key|shop_key|RetURL)"[^>]*? value="([^"]*)"', shown))
    typed = {"OrderID": order_id, "Amount": "1200", "action": "execute"}
    answer = client.post("/orders", data=form | typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_an_entry_appears_by_itself_and_leaves_by_a_lookup_or_by_a_word(
    admin_page: Page, served: Served
) -> None:
    page = admin_page
    with closing(served.client()) as client:
        for order_id in ("ASKED", "WAVED"):
            create(client, order_id)
        page.goto("/")
        in_menu = page.locator(".sidebar [data-attention-count]")
        entries = page.locator("[data-attention]")
        expect(page.locator("[data-live-mark]")).to_have_text("Live")
        expect(in_menu).to_be_hidden()
        for order_id in ("ASKED", "ASKED", "WAVED"):
            client.post("/netcash/return", content=tampered(order_id))
        expect(entries).to_have_count(2)
        expect(in_menu).to_have_text("2")
        expect(page).to_have_title("(2) Overview · NET CASH Desk")

    # The gateway answers.
    page.get_by_role("link", name="ASKED", exact=True).first.click()
    step = page.locator("[data-next-step=ask-gateway]")
    expect(page.locator("#unproven")).to_contain_text("2 results name this order")
    step.get_by_role("button").click()
    expect(step).to_have_count(0)
    expect(page.locator("#unproven")).to_have_count(0)
    expect(in_menu).to_have_text("1")

    # Somebody says why nobody need ask.
    page.goto("/orders?status=attention")
    page.get_by_role("link", name="WAVED").click()
    page.get_by_text("No need to ask").click()
    page.get_by_role("button", name="Take it off the list").click()
    expect(page.locator("[data-error-for=Reason]")).to_be_visible()
    page.get_by_label("Why not").fill("Our own test")
    page.get_by_role("button", name="Take it off the list").click()
    expect(page.get_by_text("aoki@example.jp: Our own test")).to_be_visible()
    page.goto("/")
    expect(entries).to_have_count(0)
    expect(page).to_have_title("Overview · NET CASH Desk")
