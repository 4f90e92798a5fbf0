"""A caller is on the phone: their order is on the screen within three interactions.

An interaction is a key that sends, a click, or a field filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.clock import now
from app.protocol.wire import JST
from tests.conftest import Served
from tests.journeys.window import Window, window
from tests.walk import Operator

AT_MOST = 3
RET_URL = "https://shop.example.jp/return"
NAME = "五十嵐 ひなた 様"


@pytest.fixture(scope="module")
def addresses(operator: Operator) -> dict[str, str]:
    """Orders of three customers, one of whom has tried twice: their addresses by number."""
    fields = {"ClientField1": "配信チケット", "RetURL": RET_URL}
    return {
        number: operator.create("", "register", OrderID=number, **fields | typed)
        for number, typed in {
            "F20417-0042": {"Amount": "3300", "Tax": "", "ClientField2": "佐藤 太郎"},
            "F20417-0043": {"Amount": "7777", "Tax": "23", "ClientField2": "佐藤 次郎"},
            "F20417-0044": {"Amount": "4400", "Tax": "", "ClientField2": NAME},
            "F20417-0044-1": {"Amount": "4400", "Tax": "", "ClientField2": NAME},
        }.items()
    }


@pytest.fixture(scope="module", params=["ja", pytest.param("en", marks=pytest.mark.soak)])
def caller(
    request: pytest.FixtureRequest, browser: Browser, desk: Served, addresses: dict[str, str]
) -> Iterator[Window]:
    """An operator's window at the overview, while somebody is on the phone."""
    with window(browser, desk, request.param) as opened:
        opened.sign_in()
        yield opened


class Hand:
    """An operator's hand, and how often it did something."""

    def __init__(self, at_desk: Window) -> None:
        self.page, self.times = at_desk.page, 0
        self.page.goto("/")

    def search(self, typed: str) -> None:
        box = self.page.locator("[data-search]")
        box.fill(typed)
        box.press("Enter")
        self.times += 2

    def open(self, number: str) -> None:
        self.page.locator("[data-row]", has_text=number).click()
        self.times += 1

    def expect(self, address: str, call: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(address) + "$"))
        assert self.times <= AT_MOST
        print(f"{call}: {self.times} interactions")  # noqa: T201


@pytest.mark.soak
@pytest.mark.parametrize("typed", ["17-0042", " f20417-0042", "「Ｆ２０４１７－００４２」"])
def test_part_of_an_order_id_leads_to_the_order(
    caller: Window, addresses: dict[str, str], typed: str
) -> None:
    hand = Hand(caller)
    hand.search(typed)
    # A whole number jumps; of a part the list is shown.
    if typed == "17-0042":
        hand.open("F20417-0042")
    hand.expect(addresses["F20417-0042"], f"part of an OrderID ({typed})")


@pytest.mark.soak
def test_an_amount_and_a_day_lead_to_the_order(caller: Window, addresses: dict[str, str]) -> None:
    hand = Hand(caller)
    hand.search(f"¥7,800 {now().astimezone(JST):%m/%d}")
    expect(hand.page.locator("[data-row]")).to_have_count(1)
    expect(hand.page.locator(".taken-for")).to_contain_text("¥7,800")
    hand.open("F20417-0043")
    hand.expect(addresses["F20417-0043"], "an amount and a day")


@pytest.mark.parametrize(
    "typed", ["嵐ひ", *(pytest.param(one, marks=pytest.mark.soak) for one in ("五十嵐", "ヒナタ"))]
)
def test_a_name_alone_leads_to_the_order_and_shows_the_other_try(
    caller: Window, addresses: dict[str, str], typed: str
) -> None:
    hand = Hand(caller)
    hand.search(typed)
    expect(hand.page.locator("[data-row]")).to_have_count(2)
    expect(hand.page.locator("[data-family]")).to_have_count(2)
    hand.page.locator(f"[data-row][href='{addresses['F20417-0044']}']").click()
    hand.times += 1
    hand.expect(addresses["F20417-0044"], f"a name alone ({typed})")
    expect(hand.page.locator("[data-family=F20417-0044-1]")).to_be_visible()


@pytest.mark.soak
def test_where_nothing_is_found_the_next_step_is_said(caller: Window) -> None:
    hand = Hand(caller)
    hand.search("能勢")
    expect(hand.page.get_by_role("heading", name="能勢")).to_be_visible()
    expect(hand.page.locator("main a[href^='/lookups']")).to_have_count(0)


@pytest.mark.soak
def test_the_palette_leads_to_orders_pages_and_what_the_page_offers(
    caller: Window, addresses: dict[str, str]
) -> None:
    page = caller.page
    page.goto("/orders")
    page.keyboard.press("Control+k")
    page.keyboard.type("F20417-0042")
    expect(page.locator("[data-asked=F20417-0042]")).to_be_attached()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(addresses["F20417-0042"]))
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [data-choice]").first).to_be_visible()
    offered = page.locator("#palette button[data-choice]").first
    words = offered.inner_text()
    offered.click()
    expect(page.locator("#palette")).to_be_hidden()
    assert words in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Control+k")
    page.keyboard.type("F2")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.locator("main").press("a")
    expect(page).to_have_url(re.compile("status=attention"))


@pytest.mark.soak
def test_what_is_new_is_said_and_shown_when_its_reader_asks(
    caller: Window, operator: Operator
) -> None:
    page, number = caller.page, f"F20500-{caller.language}"
    page.goto("/orders")
    first = page.locator("[data-row]").first.inner_text()
    operator.create("", "register", OrderID=number, Amount="100", Tax="", RetURL=RET_URL)
    expect(page.locator("[data-new='1']")).to_be_visible(timeout=20_000)
    assert page.locator("[data-row]").first.inner_text() == first
    page.keyboard.press("r")
    expect(page.locator("[data-row]").first).to_have_text(number)
