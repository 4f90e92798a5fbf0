"""A morning at the desk: who has paid twice, five hundred orders against the book, a month's total.

Each journey says in how many interactions it ends: a click, a field filled in, a key that sends.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from app.clock import now
from app.protocol.wire import JST
from app.records.orders import Source
from tests.conftest import Served
from tests.journeys.window import Window, window
from tests.web.pages.rows import an_order
from tests.web.pages.test_batches import registered

pytestmark = pytest.mark.soak

LINES, WRONG = 500, 11


@pytest.fixture(scope="module", params=["ja", "en"])
def at_desk(request: pytest.FixtureRequest, browser: Browser, desk: Served) -> Iterator[Window]:
    """An operator's window, signed in, in each language."""
    with window(browser, desk, request.param) as opened:
        opened.sign_in()
        yield opened


def told(call: str, interactions: int) -> None:
    print(f"{call}: {interactions} interactions")  # noqa: T201


def paid(desk: Served, number: str, yen: int, days_ago: int = 0, confirmed: bool = True) -> None:
    """An order that was paid so many days ago."""
    at = now() - timedelta(days=days_ago)
    values = {"amount": yen, "status_at": at, "source": Source.CALLBACK}
    an_order(desk.app, number, "PAYSUCCESS", confirmed_at=at if confirmed else None, **values)


def test_paid_twice_is_seen_from_either_number(at_desk: Window, desk: Served) -> None:
    number, page = f"W-{at_desk.language}", at_desk.page
    for one in (number, f"{number}-1"):
        paid(desk, one, 4400)
    page.goto("/")
    box = page.locator("[data-search]")
    box.fill(number)
    box.press("Enter")
    page.locator("[data-row]", has_text=re.compile(f"^{number}$")).click()
    expect(page.locator("[data-double-payment]").first).to_be_visible()
    expect(page.locator("main a[href*='/cases/new?kind=double-payment']").first).to_be_visible()
    told("paid twice", 3)


def test_five_hundred_lines_of_a_spreadsheet_against_the_gateway(
    at_desk: Window, desk: Served
) -> None:
    numbers = [f"R{at_desk.language}{at:04d}" for at in range(LINES)]
    for number in numbers:
        registered(desk, number, 1000)
    wrong = set(numbers[7 :: LINES // WRONG][:WRONG])
    rows = [f"{one},1000,{'入金済' if one in wrong else '未入金'}" for one in numbers]
    book = ("注文番号,金額,入金\r\n" + "\r\n".join(rows)).encode("cp932")
    page = at_desk.page
    page.goto("/lookups/batches")
    page.set_input_files(
        "[name=file]", FilePayload(name="売上.csv", mimeType="text/csv", buffer=book)
    )
    at_desk.press("Read the list")
    at_desk.press("Ask the gateway")
    expect(page.locator("[data-batch=done]")).to_be_visible(timeout=120_000)
    first = page.locator("[data-row-order]")
    found = {first.nth(at).get_attribute("data-row-order") for at in range(WRONG)}
    assert found == wrong
    expect(page.locator("[data-row-verdict=book-paid-not-here]")).to_have_count(WRONG)
    expect(page.locator("[data-difference-yen]")).to_have_attribute(
        "data-difference-yen", str(WRONG * 1000)
    )
    told("five hundred lines, eleven disagreements", 3)


def test_last_months_total_by_payment_is_the_sum_of_its_export(
    at_desk: Window, desk: Served
) -> None:
    today = now().astimezone(JST).date()
    into_last_month = today.day + 3
    for at, (yen, days) in enumerate([(1200, 0), (3400, 1), (5600, -10), (700, 40)]):
        paid(desk, f"T-{at_desk.language}-{at}", yen, into_last_month + days, confirmed=at != 1)
    page = at_desk.page
    page.goto("/orders")
    page.locator("a[href*='paid-from=last-month']").click()
    sums = page.locator("[data-confirmed-yen]")
    shown = sum(
        int(page.locator(f"[{name}]").first.get_attribute(name) or 0)
        for name in ("data-confirmed-yen", "data-reported-yen")
    )
    expect(sums.first).to_be_visible()
    with page.expect_download() as download:
        page.locator("a[href^='/orders.csv']").click()
    text = download.value.path().read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    total = rows[0].index(at_desk.say("Total"))
    assert sum(int(row[total]) for row in rows[1:]) == shown >= 4600
    told("last month's total by payment", 2)
