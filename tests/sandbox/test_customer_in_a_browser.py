"""The customer's pages in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.browser import PATIENCE
from tests.sandbox.merchant import Merchant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Shop(ThreadingHTTPServer):
    """A merchant's web site: sends its customer to the gateway, and keeps what comes back."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.start_page = ""
        self.results: list[tuple[dict[str, list[str]], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Visit(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        self._answer(self.server.start_page)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        self.server.results.append((parse_qs(body), dict(self.headers)))
        self._answer("<p id=thanks>thanks</p>")

    def _answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        # A shop that forbids frames gets its second delivery all the same.
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Set-Cookie", "session=of-the-shop; SameSite=Lax")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        threading.Thread(target=shop.serve_forever, args=(0.01,), daemon=True).start()
        yield shop
        shop.shutdown()


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", viewport={"width": 390, "height": 800})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def goes_to_pay(customer: Page, merchant: Merchant, shop: Shop, suffix: str = "") -> None:
    """The shop's own page sends the customer to NetCashStart, as the interface shows."""
    trade = merchant.executed(suffix, RetURL=f"{shop.url}/return")
    address = f"{merchant.http.base_url}/payment/NetCashStart.idPass"
    shop.start_page = f"""<form method="post" action="{address}">
      <input type="hidden" name="AccessID" value="{trade["AccessID"]}">
      <input type="hidden" name="Token" value="{trade["Token"]}"><button>go</button></form>"""
    customer.goto(shop.url)
    customer.click("text=go")


def test_the_result_goes_back_by_itself_without_origin_and_cookies(
    merchant: Merchant, shop: Shop, customer: Page
) -> None:
    goes_to_pay(customer, merchant, shop)
    customer.click("text=支払う")
    customer.wait_for_selector("#thanks")
    ((result, headers),) = shop.results
    assert result["Status"] == ["PAYSUCCESS"]
    assert headers["Origin"] == "null"
    assert "Cookie" not in headers
    assert "Referer" not in headers


@pytest.mark.soak
def test_a_result_is_delivered_twice(merchant: Merchant, shop: Shop, customer: Page) -> None:
    goes_to_pay(customer, merchant, shop, "-twice")
    customer.click("text=支払う")
    customer.wait_for_selector("#thanks")
    assert len(shop.results) == 2
    assert shop.results[0][0] == shop.results[1][0]


def test_everything_works_without_scripts(merchant: Merchant, shop: Shop, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    goes_to_pay(page, merchant, shop)
    page.click("text=キャンセル")
    page.click("text=ショップに戻る")
    page.wait_for_selector("#thanks")
    assert shop.results[0][0]["Status"] == ["PAYFAIL"]
    context.close()


def test_the_pages_style_is_their_own(merchant: Merchant, shop: Shop, customer: Page) -> None:
    complaints: list[str] = []
    customer.on("console", lambda message: complaints.append(message.text))
    goes_to_pay(customer, merchant, shop)
    customer.wait_for_url("**/NetCashStart.idPass")
    assert customer.evaluate("getComputedStyle(document.querySelector('.stripe')).color") == (
        "rgb(255, 255, 255)"
    )
    assert complaints == []


@pytest.mark.soak
def test_the_sheet_on_paper_names_the_shop_and_not_its_password(
    merchant: Merchant, customer: Page
) -> None:
    customer.goto(f"http://127.0.0.1:{merchant.port}/guide?page=readiness")
    assert "tpass7xq" in customer.inner_text("main")
    customer.emulate_media(media="print")
    paper = customer.inner_text("body")
    assert "Sandbox Shop" in paper
    assert "tpass7xq" not in paper
    assert "JST" in paper
    for chrome in ("header", "button", "select", "input:not([type=hidden])"):
        assert customer.locator(f"{chrome}:visible").count() == 0
    # On A4 it is the table of a wide screen, not the stack of a phone's.
    customer.set_viewport_size({"width": 703, "height": 1000})
    assert customer.locator("thead").is_visible()
