"""The live feed where it is hard: streams held back, sign-ins that end, pages nobody looks at."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select
from starlette.requests import Request

from app.records.shops import Shop
from app.web.pages.live import GREETING
from tests.conftest import Served
from tests.desk.callbacks.cast import an_order, body, tampered
from tests.web.pages.test_live import bring as bring_numbers
from tests.web.pages.test_live_notifications import bring as bring_notice
from tests.web.pages.test_live_notifications import orders

STREAM = re.compile(r"/live/callbacks")
POLLING = "Refreshed every 5 seconds"
HIDDEN = "Object.defineProperty(document, 'hidden', {get: () => window.isHidden === true})"


def bring(served: Served, *bodies: bytes) -> None:
    with served.client(None) as visitor:
        for raw in bodies:
            assert visitor.post("/netcash/return", content=raw).status_code == 200


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(f"window.isHidden = {str(hidden).lower()}")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def hold_back(route: Route) -> None:
    """A proxy that buffers: the request is under way and nothing ever comes."""


def refuse(route: Route) -> None:
    """A proxy that ends streams before they begin."""
    route.abort()


PROXIES = {"buffers": hold_back, "refuses": refuse}


@pytest.fixture(params=[pytest.param(hold_back, marks=pytest.mark.soak), refuse], ids=list(PROXIES))
def cut_off(admin_page: Page, request: pytest.FixtureRequest) -> Page:
    """A signed-in browser behind a proxy through which no stream gets, its clock in our hands."""
    proxy: Callable[[Route], None] = request.param
    admin_page.route(STREAM, proxy)
    admin_page.clock.install()
    return admin_page


def test_a_list_without_its_stream_asks_for_itself(cut_off: Page, served: Served) -> None:
    bring(served, tampered("Q1"))
    cut_off.goto("/callbacks")
    numbers = cut_off.locator(".order-id")
    for arriving, seconds in (("Q2", 8), ("Q3", 5)):
        bring(served, tampered(arriving))
        cut_off.clock.fast_forward(seconds * 1000)
        expect(numbers.first).to_have_text(arriving)
    expect(numbers).to_have_text(["Q3", "Q2", "Q1"])
    expect(cut_off.locator("[data-live-mark]")).to_have_text(POLLING)


@pytest.mark.soak
def test_an_empty_list_without_its_stream_shows_the_first_that_arrives(
    cut_off: Page, served: Served
) -> None:
    cut_off.goto("/callbacks")
    bring(served, tampered("Q1"))
    cut_off.clock.fast_forward(8_000)
    expect(cut_off.locator(".order-id")).to_have_text(["Q1"])


@pytest.mark.soak
def test_an_order_without_its_stream_asks_for_itself(cut_off: Page, served: Served) -> None:
    with served.app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), "O1")
        session.add(order)
    cut_off.goto(f"/orders/{order.id}")
    claim = cut_off.locator("[data-status]").first
    expect(claim).to_have_attribute("data-status", "REQSUCCESS")
    bring(served, body("O1"))
    cut_off.clock.fast_forward(8_000)
    expect(claim).to_have_attribute("data-status", "PAYSUCCESS")
    expect(cut_off.locator("[data-live-mark]")).to_have_text(POLLING)


@pytest.mark.soak
def test_who_was_signed_out_meanwhile_is_sent_to_the_sign_in_without_a_stream(
    cut_off: Page,
) -> None:
    cut_off.goto("/callbacks")
    cut_off.context.clear_cookies()
    cut_off.clock.fast_forward(8_000)
    expect(cut_off).to_have_url(re.compile(r"/login\?next=/callbacks"))


def test_a_stream_that_comes_back_signed_out_leads_to_the_sign_in(
    admin_page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.pages.live.LIFE", 0)
    page = admin_page
    page.goto("/callbacks")
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    page.context.clear_cookies()
    bring(served, tampered("Q1"))
    expect(page).to_have_url(re.compile(r"/login\?next=/callbacks"))


@pytest.mark.parametrize("script", ["hx-sse", pytest.param("live", marks=pytest.mark.soak)])
def test_a_stream_is_live_however_late_a_script_comes(admin_page: Page, script: str) -> None:
    def late(route: Route) -> None:
        admin_page.wait_for_timeout(500)
        route.continue_()

    admin_page.route(re.compile(rf"/static/.*\b{script}\.\w+\.js"), late)
    admin_page.goto("/callbacks")
    expect(admin_page.locator("[data-live-mark]")).to_have_text("Live")


def test_a_stream_that_falls_silent_is_not_called_live(
    admin_page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.pages.live._events", _one_word)
    page = admin_page
    page.clock.install()
    page.goto("/callbacks")
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    bring(served, tampered("S1"))
    page.clock.fast_forward(50_000)
    expect(page.locator(".order-id")).to_have_text(["S1"])


async def _one_word(request: Request) -> AsyncIterator[bytes]:
    """A wire that is cut without a word: nothing more comes, and no end."""
    yield GREETING
    await request.app.state.stopping.wait()


@pytest.mark.soak
def test_the_overview_follows_in_the_midst_of_a_rush(admin_page: Page, served: Served) -> None:
    page = admin_page
    page.clock.install()
    page.goto("/")
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    page.evaluate(
        """() => setInterval(() => document.querySelector("[data-live]").dispatchEvent(
            new CustomEvent("htmx:sse:before:message", {detail: {message: {data: "<i>"}}})), 100)"""
    )
    bring(served, tampered("R1"))
    page.clock.run_for(1_500)
    expect(page.locator("[data-verdict=mismatch]")).to_have_count(1)


@pytest.mark.soak
def test_the_title_of_a_hidden_page_counts_what_needs_a_person(
    admin_page: Page, served: Served
) -> None:
    page = admin_page
    page.add_init_script(HIDDEN)
    page.clock.install()
    page.goto("/callbacks")
    title = page.title()
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    hide(page, True)
    # Verified results of numbers that nobody knows.
    bring(served, body("H1"), body("H2"))
    page.clock.fast_forward(15_000)
    expect(page).to_have_title(f"(2) {title}")
    expect(page.locator(".sidebar [data-attention-count]")).to_have_text("2")
    hide(page, False)
    page.clock.fast_forward(2_000)
    expect(page.locator(".order-id")).to_have_text(["H2", "H1"])


def test_an_open_order_and_the_overview_follow_a_callback(admin_page: Page, served: Served) -> None:
    page = admin_page
    with served.app.state.desk.database.writing() as session:
        order = an_order(session.exec(select(Shop)).one(), "O1")
        session.add(order)
    overview = page.context.new_page()
    for window, address in ((page, f"/orders/{order.id}"), (overview, "/")):
        # A hidden tab keeps no stream: the browser's own order of tabs must not decide here.
        window.bring_to_front()
        window.goto(address)
        expect(window.locator("[data-live-mark]")).to_have_text("Live")
    with served.client(None) as visitor:
        visitor.post("/netcash/return", content=body("O1"))
    page.bring_to_front()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "PAYSUCCESS")
    overview.bring_to_front()
    expect(overview.locator("[data-verdict=verified]")).to_have_count(1)


def test_an_open_page_fills_itself_and_can_be_paused(admin_page: Page, served: Served) -> None:
    page = admin_page
    bring_numbers(served, "W0")
    page.goto("/callbacks")
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    bring_numbers(served, "W1", "W2")
    numbers = page.locator(".order-id")
    expect(numbers).to_have_text(["W2", "W1", "W0"])
    page.get_by_role("button", name="Pause").click()
    bring_numbers(served, "W3")
    expect(page.get_by_role("button", name="Resume (1 waiting)")).to_be_visible()
    expect(numbers).to_have_text(["W2", "W1", "W0"])
    page.get_by_role("button", name="Resume (1 waiting)").click()
    expect(numbers).to_have_text(["W3", "W2", "W1", "W0"])


@pytest.mark.soak
def test_an_open_order_shows_a_notice_as_it_comes(admin_page: Page, served: Served) -> None:
    page = admin_page
    (order,) = orders(served, "N1")
    page.goto(f"/orders/{order.id}")
    expect(page.locator("[data-live-mark]")).to_have_text("Live")
    expect(page.locator("[data-notice]")).to_have_count(0)
    bring_notice(served, "N1")
    expect(page.locator("[data-notice=PAYSUCCESS]")).to_have_count(1)
