"""axe-core finds no serious fault on any page: public or not, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from app.protocol.statuses import Status
from tests.conftest import Served
from tests.journeys.window import Window, window
from tests.walk import Operator, bring_result, visit

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
LOOK = """
window.look = async runOnly => {
  // What is folded away has to be as good as the rest.
  document.querySelectorAll("details").forEach(details => { details.open = true });
  // None of the rules reads the style sheets: they need not be fetched again.
  const how = {resultTypes: ["violations"], preload: false, runOnly};
  const found = await axe.run(document, how);
  return found.violations.map(({id, impact, nodes}) => ({id, impact, html: nodes[0].html}));
};
"""
UNFOLD = "document.querySelectorAll('details').forEach(each => { each.open = true })"
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll(".table-frame, .tabs")]
  .filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
  .map(each => each.getAttribute("aria-label") || each.tagName)"""
GRAVE = {"serious", "critical"}
# In the dark only the colours are others: the rest need not be looked at twice, nor each part of
# a page wherever it is met again. /patterns shows every one.
IN_THE_DARK = {
    "/login",
    "/netcash/return",
    "/sandbox/guide",
    "/",
    "/orders",
    "/callbacks",
    "/patterns",
    "/sandbox",
    "a refused form",
    "to pay",
    "has paid",
}
RULES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}

PUBLIC = ("/netcash/return", "/pay/unknown", "/sandbox/guide")
PAGES = (
    "/",
    "/orders",
    "/orders?q=nothing-like-it",
    "/orders?q=1,200&sort=-amount&amount-from=nonsense",
    "/orders?env=test",
    "/orders/new",
    "/orders/unknown",
    "/callbacks",
    "/cases",
    "/cases/new",
    "/cases/refunds",
    "/callbacks?env=production",
    "/verify",
    "/lookups",
    "/lookups/batches",
    "/lookups/disagreements",
    "/exchanges",
    "/imports",
    "/palette",
    "/audit",
    "/outcomes",
    "/settings/shops?env=sandbox",
    "/settings/shops/new",
    "/settings/users",
    "/settings/tokens",
    "/settings/replies",
    "/settings/notifications",
    "/settings/retention",
    "/settings/account",
    "/patterns",
    "/sandbox",
    "/sandbox/readiness",
)
_numbers = count(1)


@pytest.fixture(scope="module")
def looker(browser: Browser, desk: Served) -> Iterator[Window]:
    """Somebody with axe in their hand. The page's policy would keep it out, so it is off here."""
    options: dict[str, Any] = {"viewport": WIDE, "bypass_csp": True}
    options["reduced_motion"] = "reduce"  # a colour that fades in would be judged half way
    with window(browser, desk, "ja", quiet=False, **options) as opened:
        opened.context.add_init_script(AXE + LOOK)
        yield opened


@pytest.fixture(scope="module")
def inside(looker: Window) -> Window:
    """The same, signed in."""
    looker.sign_in()
    return looker


@pytest.fixture(scope="module")
def orders(desk: Served, operator: Operator) -> list[str]:
    """The addresses of orders in every state that has a look of its own."""
    made = [operator.create(number(), action="register"), operator.create(number())]
    for suffix, button in (("", "pay"), ("", "cancel"), ("-tamper", "pay"), ("-twice", "pay")):
        made.append(operator.create(number(suffix)))
        visit(desk.url, operator.launch(made[-1]), button)
    made += [operator.create(number(suffix)) for suffix in ("-drop", "-refuse")]
    disputed = number()
    made.append(operator.create(OrderID=disputed, action="register"))
    bring_result(desk.url, disputed, Status.PAYSUCCESS)
    return made


def number(suffix: str = "") -> str:
    return f"-X{next(_numbers)}{suffix}"


def test_what_anybody_can_see_is_accessible(looker: Window, desk: Served) -> None:
    visits = {address: (lambda a=address: looker.page.goto(a)) for address in (*PUBLIC, "/login")}
    expect_accessible(looker.page, visits)


@pytest.mark.soak
@pytest.mark.parametrize("dark", [IN_THE_DARK, None], ids=["parts", "all dark"])
def test_every_page_behind_the_sign_in_is_accessible(
    inside: Window, orders: list[str], dark: set[str] | None
) -> None:
    addresses = [*PAGES, *orders, *records(inside.page)]
    visits = {address: (lambda a=address: inside.page.goto(a)) for address in addresses}
    expect_accessible(inside.page, visits, set(visits) if dark is None else dark)


@pytest.mark.soak
def test_a_list_of_lookups_is_accessible_before_and_after_it_is_asked(inside: Window) -> None:
    page = inside.page
    page.goto("/lookups/batches")
    page.fill("[name=text]", "OrderID,Amount,Status\nAX-1,100,paid\nAX-2,x,maybe\nだめ,1,paid\n")
    page.click("main form [class*=primary]")
    before = page.url
    expect_accessible(page, {before: lambda: page.goto(before)}, {before})
    page.click("main form [class*=primary]")
    page.wait_for_selector("[data-batch=done]")
    expect_accessible(page, {before: lambda: page.goto(before)}, {before})


@pytest.mark.soak
def test_refused_forms_and_open_dialogs_are_accessible(inside: Window) -> None:
    page = inside.page

    def refused() -> None:
        inside.fill_in("ML-ORDER-1", Amount="0", ClientField1="😀")
        inside.press("Register and request payment")
        page.locator("[data-error-for=Amount]").wait_for()

    def shortcuts() -> None:
        page.goto("/orders")
        page.keyboard.press("?")

    def palette() -> None:
        page.goto("/orders")
        page.keyboard.press("Control+k")
        page.locator("[data-choice]").first.wait_for()

    visits = {"a refused form": refused, "the shortcuts": shortcuts, "the palette": palette}
    expect_accessible(page, visits)


@pytest.mark.soak
def test_the_customers_pages_of_the_sandbox_are_accessible(
    looker: Window, operator: Operator
) -> None:
    page = looker.page
    link = operator.launch(operator.create(number("-silent")))

    def pays() -> None:
        page.goto(link)
        page.wait_for_url("**/NetCashStart.idPass")

    def has_paid() -> None:
        page.locator("[name=action][value=pay]").click()
        page.wait_for_url("**/payment/customer")

    def leaves() -> None:
        page.goto(operator.launch(operator.create(number())))
        page.locator("[name=action][value=leave]").click()
        page.wait_for_url("**/payment/customer")

    expect_accessible(page, {"to pay": pays, "has paid": has_paid, "has left": leaves})


@pytest.mark.soak
def test_an_order_is_accessible_on_a_phone(inside: Window, orders: list[str]) -> None:
    inside.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    addresses = ["/", "/orders", "/orders/new", "/callbacks", *orders[2:5]]
    visits = {address: (lambda a=address: inside.page.goto(a)) for address in addresses}
    expect_accessible(inside.page, visits, dark=set())
    inside.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


@pytest.mark.soak
def test_nothing_is_read_by_scrolling_sideways_on_a_phone(
    inside: Window, orders: list[str]
) -> None:
    page = inside.page
    addresses = [*PUBLIC, *PAGES, *orders, *records(page)]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = {}
    for address in addresses:
        page.goto(address)
        page.evaluate(UNFOLD)
        if found := page.evaluate(TOO_WIDE):
            wide[address] = found
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert wide == {}


def records(page: Page) -> list[str]:
    """One page of each kind of record that the lists link to."""
    found = []
    for address in ("/callbacks", "/exchanges", "/lookups", "/settings/shops", "/sandbox"):
        page.goto(address)
        links = page.locator("[data-row], main td a[href^='/sandbox/trades/']")
        found += [link.get_attribute("href") or "" for link in links.all()[:2]]
    return found


def expect_accessible(
    page: Page, visits: dict[str, Any], dark: Collection[str] = IN_THE_DARK
) -> None:
    """Look at each page in the light and at some in the dark too; every grave fault is listed."""
    faults = []
    for name, go in visits.items():
        go()
        for scheme, rules in RULES.items():
            if scheme == "dark" and name not in dark:
                continue
            page.emulate_media(color_scheme=scheme)
            faults += [
                f"{name}, {scheme}: {found['id']}: {found['html'][:200]}"
                for found in page.evaluate("rules => look(rules)", rules)
                if found["impact"] in GRAVE
            ]
    assert faults == []
