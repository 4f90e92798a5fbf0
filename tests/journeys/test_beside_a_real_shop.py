"""A shop that nobody here wrote runs beside the desk in three ways, and its month comes out even.

A small site in PHP sells through the gateway vendor's published module (or, where that is not at
hand, with PHP's own curl in its manner). It sends copies, has results handed on, and keeps a log
that is imported afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from sqlmodel import select

from app.clock import now
from app.protocol.wire import JST
from app.records.news import Channel
from tests.conftest import SECRET_KEY, Served, serving, settings_for
from tests.journeys.shop.keeper import Gateway, Shop, a_gateway, needs_php
from tests.journeys.shop.receivers import Mailbox, Posted, a_mailbox, posted_to
from tests.journeys.window import Window, window
from tests.processes import run
from tests.waiting import until

pytestmark = pytest.mark.soak

BOUGHT = {
    "B-1001": ("copied", "pay"),
    "B-1002": ("copied", "cancel"),
    "B-1003": ("handed", "pay"),
    "B-1004": ("logged", "pay"),
    "B-1005-tamper": ("copied", "pay"),
    "B-1004-1": ("copied", "pay"),
}
"""What the customers buy, by which way its result comes to the desk, and what they press; the
last one has paid before."""

LATER = ("B-1006", "logged", "pay")
"""Bought after the log was imported for the first time."""

READ = {"pay": "ご注文ありがとうございます", "cancel": "お支払いは取り消されました"}
DOUBTFUL = "ご入金を確認しています"
"""What the shop tells a customer who comes back, and one whose result is not rightly signed."""

AMOUNT, TAX = 2980, 298
PAID = 6
"""How many of all these are paid in the end."""


class Story:
    """A desk, the shop beside it, and where its news arrive."""

    def __init__(self, desk: Served, at: Window, shop: Shop, news: tuple[Mailbox, Posted]) -> None:
        self.desk, self.at, self.shop, (self.mail, self.posts) = desk, at, shop, news


@pytest.fixture(params=["plain", "vendor"])
def is_vendors(request: pytest.FixtureRequest) -> bool:
    needs_php(vendor=request.param == "vendor")
    return bool(request.param == "vendor")


@pytest.fixture
def story(is_vendors: bool, browser: Browser, tmp_path: Path) -> Iterator[Story]:
    """Everything is set up in the windows of the desk, as whoever runs the shop would."""
    with ExitStack() as stack:
        gateway = stack.enter_context(a_gateway(tmp_path))
        mail, posts = stack.enter_context(a_mailbox()), stack.enter_context(posted_to())
        wanted = {"notify_smtp_url": mail.url, "notify_from": "desk@example.jp"}
        desk = stack.enter_context(serving(settings_for(tmp_path, **wanted)))
        at = stack.enter_context(window(browser, desk, "en"))
        at.sign_in()
        wants_news(at, posts)
        key, snippet = made_token(at)
        shop = Shop(tmp_path / "shop", gateway, vendor=is_vendors)
        instead = handed_on(at, gateway, shop)
        stack.enter_context(shop.opened(copying=snippet, key=key, return_to=instead))
        yield Story(desk, at, shop, (mail, posts))


def wants_news(at: Window, posts: Posted) -> None:
    page = at.page
    for kind, address in (("email", "keiri@example.jp"), ("webhook", posts.url)):
        page.goto("/settings/notifications")
        page.select_option("select[name=kind]", kind)
        page.get_by_label(at.say("Name")).fill(kind)
        page.fill("[name=address]", address)
        at.press("Add the channel")
        channel = page.locator(f"[data-channel={kind}]")
        channel.locator("summary").click()
        # Here every order is known by its callback first; after three messages others are gathered.
        channel.locator("[name=event][value=first-met]").uncheck()
        channel.locator("[data-choices] button").click()
        expect(channel.locator("[data-hears]")).to_contain_text("13 of 14")


def made_token(at: Window) -> tuple[str, str]:
    """A key that brings copies and nothing else, and the lines for PHP that stand beside it."""
    page = at.page
    page.goto("/settings/tokens")
    page.get_by_label(at.say("Name")).fill("小さな店")
    page.check("[name=scope][value=intake]")
    at.press("Make a token")
    key = page.locator("[data-token]").get_attribute("data-token") or ""
    lines = page.locator("details", has_text="PHP").locator("pre").text_content() or ""
    return key, lines


def handed_on(at: Window, gateway: Gateway, shop: Shop) -> str:
    """The shop is added in the test environment; what stands in for its RetURL."""
    page = at.page
    page.goto("/settings/shops/new")
    page.select_option("[name=environment]", "test")
    typed = {"ShopID": gateway.ShopID, "ShopPass": gateway.ShopPass, "name": "小さな店"}
    for name, value in {**typed, "gateway_url": gateway.url}.items():
        page.fill(f"[name={name}]", value)
    at.press("Add the shop")
    page.fill("[name=HandOnTo]", f"{shop.url}/return/handed")
    at.press("Save")
    return page.locator("[data-hand-on]").get_attribute("data-hand-on") or ""


@pytest.fixture
def customer(browser: Browser) -> Iterator[Page]:
    """A customer's browser, which knows neither the desk nor the gateway."""
    context = browser.new_context(locale="ja-JP")
    yield context.new_page()
    context.close()


def buys(customer: Page, shop: Shop, OrderID: str, way: str, button: str) -> None:
    customer.goto(shop.url)
    typed = {"Amount": str(AMOUNT), "Tax": str(TAX), "ClientField1": "髙橋様〜①", "way": way}
    for name, value in {"OrderID": OrderID, **typed}.items():
        customer.fill(f"[name={name}]", value)
    customer.get_by_role("button", name="購入する").click()
    customer.wait_for_url("**/NetCashStart.idPass")
    customer.locator(f"[name=action][value={button}]").click()
    customer.wait_for_url(f"{shop.url}/return/{way}")


def test_a_shop_runs_beside_the_desk_in_three_ways(story: Story, customer: Page) -> None:
    for OrderID, (way, button) in BOUGHT.items():
        buys(customer, story.shop, OrderID, way, button)
        read = DOUBTFUL if "tamper" in OrderID else READ[button]
        expect(customer.get_by_role("heading")).to_have_text(read)
    import_at_the_desk_s_machine(story)
    buys(customer, story.shop, *LATER)
    import_in_the_browser(story)
    every_result_is_verified(story)
    take_the_order_list(story)
    the_month_comes_out_even(story)
    the_news_tell_it(story)


def import_at_the_desk_s_machine(story: Story) -> None:
    folder = story.desk.settings.data_dir
    done = run(folder, "import", str(story.shop.log), "--yes", SECRET_KEY=SECRET_KEY)
    assert done.returncode == 0, done.stderr
    assert "6 results, 6 different" in done.stdout
    assert "1 results kept and judged." in done.stdout


def import_in_the_browser(story: Story) -> None:
    at = story.at
    at.page.goto("/imports")
    at.page.locator("form[action='/imports'] [name=file]").set_input_files(story.shop.log)
    at.press("Read it")
    expect(at.page.locator("[data-import=ready][data-found='7']")).to_be_visible()
    at.press("Keep 1 result")
    expect(at.page.locator("[data-import=kept][data-kept='1']")).to_be_visible()


def every_result_is_verified(story: Story) -> None:
    """But that which was altered on its way, which moves nothing."""
    page = story.at.page
    for number in (*BOUGHT, LATER[0]):
        page.goto(f"/callbacks?env=test&q={number}")
        verdict = "mismatch" if "tamper" in number else "verified"
        expect(page.locator("tbody [data-verdict]").first).to_have_attribute(
            "data-verdict", verdict
        )


def take_the_order_list(story: Story) -> None:
    story.shop.asks_gateway("B-1005-tamper")
    page = story.at.page
    page.goto("/imports?env=test")
    form = page.locator("form[action='/imports/book']")
    form.locator("[name=file]").set_input_files(listed(story))
    story.at.press("Take the list")
    expect(page.locator("[data-book-entries='7']")).to_be_visible()


def listed(story: Story) -> FilePayload:
    return FilePayload(name="orders.csv", mimeType="text/csv", buffer=story.shop.order_list())


def the_month_comes_out_even(story: Story) -> None:
    """Its book, and whatever was paid here this month, against the gateway."""
    at, page = story.at, story.at.page
    page.goto("/lookups/batches?env=test")
    page.locator("[name=file]").set_input_files(listed(story))
    page.fill("[name=Reason]", "月次の突き合わせ")
    today = now().astimezone(JST).date()
    page.fill("[name=paid-from]", today.replace(day=1).isoformat())
    page.fill("[name=paid-to]", today.isoformat())
    at.press("Read the list")
    at.press("Ask the gateway")
    expect(page.locator("[data-batch=done]")).to_be_visible(timeout=120_000)
    expect(page.locator("[data-row-verdict=agrees]")).to_have_count(len(BOUGHT) + 1)
    whole = str(PAID * (AMOUNT + TAX))
    # Two were paid by one customer: the book and the gateway agree on that too.
    for name, yen in {"book": whole, "gateway": whole, "difference": "0"}.items():
        expect(page.locator(f"[data-{name}-yen]")).to_have_attribute(f"data-{name}-yen", yen)
    page.goto("/orders?env=test")
    expect(page.locator("[data-confirmed-yen]")).to_have_attribute("data-confirmed-yen", whole)
    for number in ("B-1001", "B-1003", LATER[0]):
        page.goto(f"/orders?env=test&q={number}")
        expect(page.locator("[data-money=confirmed]").first).to_be_visible()
        expect(page.get_by_text("equal to the shop's book", exact=True)).to_be_visible()
        expect(page.locator("td:visible, dd:visible", has_text="髙橋様～①").first).to_be_visible()


def the_news_tell_it(story: Story) -> None:
    """That somebody has paid twice, by mail and to a program, and that it was seen to; that a copy
    proves nothing; and the day."""
    at, page, secret = story.at, story.at.page, secret_of(story.at)
    matter_told = "Possible double payment · B-1004"
    until(lambda: story.mail.about(matter_told) and story.posts.told("double-payment", secret))
    (matter,) = story.posts.told("double-payment", secret)
    # Of the two that one is meant that was found to be paid later.
    assert (matter["phase"], matter["OrderID"][:6]) == ("began", "B-1004")
    assert matter["href"] in story.mail.about(matter_told)[0]
    page.goto(matter["href"])
    page.locator("form[action$='/double-payments'] [name=Reason]").fill("返金の手続き中")
    at.press("Take it off the list")
    until(lambda: story.mail.about(matter_told.replace("Possible", "Settled: Possible")))
    until(lambda: story.mail.about("Copies that prove nothing"))
    the_day_in_short(story)


def the_day_in_short(story: Story) -> None:
    """The next morning, which comes at once."""
    page = story.at.page
    page.goto("/settings/notifications")
    mail = page.locator("[data-channel=email]")
    mail.locator("summary").click()
    mail.locator("[name=digest_hour]").select_option("0")
    mail.locator("[name=language]").select_option("ja")
    mail.locator("[data-choices] button").click()
    expect(mail.locator("summary")).to_be_visible()
    with story.desk.app.state.desk.database.writing() as session:
        for channel in session.exec(select(Channel)).all():
            channel.digest_day = ""
    until(lambda: story.mail.about("一日のまとめ"))
    (digest,) = story.mail.about("一日のまとめ")
    assert f"確定 {PAID * (AMOUNT + TAX):,} 円" in digest


def secret_of(at: Window) -> str:
    """With which the program proves that it is the desk that speaks."""
    at.page.goto("/settings/notifications")
    shown = at.page.locator("[data-channel=webhook] code", has_text="whsec_").first
    return shown.text_content() or ""
