"""The main job in a real browser: create, send a customer to pay, see the result, ask, recover."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from app.protocol.statuses import Status
from tests.conftest import Served
from tests.journeys.window import AN_ORDER, Window, window
from tests.walk import Operator, bring_result

PAID = {"ja": "お支払いが完了しました", "en": "Your payment is complete"}
_numbers = count(1)


@pytest.fixture(scope="module", params=["ja"])
def at_desk(request: pytest.FixtureRequest, browser: Browser, desk: Served) -> Iterator[Window]:
    """An operator who has signed in. Their pages are Japanese where a test asks for nothing else:
    that every message has its words in both languages, the catalogues' tests hold."""
    with window(browser, desk, request.param) as opened:
        opened.sign_in()
        yield opened


def new_number(suffix: str = "") -> str:
    return f"J{next(_numbers)}{suffix}"


@pytest.mark.parametrize(
    "at_desk", ["ja", pytest.param("en", marks=pytest.mark.soak)], indirect=True
)
def test_a_customer_pays_and_the_payment_is_confirmed(at_desk: Window, operator: Operator) -> None:
    page = at_desk.page
    page.get_by_role("link", name=at_desk.say("Orders"), exact=True).click()
    page.get_by_role("link", name=at_desk.say("New transaction")).first.click()
    number = new_number()
    order = at_desk.create(number, Tax="120", ClientField1="会員番号－①")
    at_desk.expect_claim("REQSUCCESS", "exec")
    at_desk.expect_step("send-customer")
    customer = at_desk.send_customer("pay")
    expect(customer.get_by_role("heading", name=PAID[at_desk.language])).to_be_visible()
    expect(customer.get_by_text(number)).to_be_visible()
    customer.close()
    expect_confirmed(page, order, operator)
    at_desk.expect_claim("PAYSUCCESS", "callback")
    see_its_callback(at_desk, order, "verified")


@pytest.mark.soak
def test_a_confirmed_payment_can_be_looked_up_again_with_a_reason(
    at_desk: Window, operator: Operator
) -> None:
    order = at_desk.create(new_number())
    at_desk.send_customer("pay").close()
    expect_confirmed(at_desk.page, order, operator)
    at_desk.page.goto("/lookups")
    at_desk.page.fill("[name=OrderID]", at_desk.page.locator("[data-row]").first.inner_text())
    at_desk.page.fill("[name=Reason]", "電話での問い合わせ")
    at_desk.press("Look up")
    expect(at_desk.page.locator("[data-status=PAYSUCCESS][data-source=lookup]")).to_be_visible()
    expect(at_desk.page.get_by_text("電話での問い合わせ")).to_be_visible()


@pytest.mark.soak
def test_another_customer_cancels(at_desk: Window) -> None:
    order = at_desk.create(new_number())
    at_desk.send_customer("cancel")
    at_desk.page.goto(order)
    at_desk.expect_claim("PAYFAIL", "callback")
    expect(at_desk.page.locator("[data-money]")).to_have_count(0)


@pytest.mark.soak
def test_a_result_that_was_tampered_with_moves_nothing(at_desk: Window) -> None:
    order = at_desk.create(new_number("-tamper"))
    customer = at_desk.send_customer("pay")
    expect(customer.locator("body")).to_have_class("being-confirmed")
    at_desk.page.goto(order)
    at_desk.expect_claim("REQSUCCESS", "exec")
    see_its_callback(at_desk, order, "mismatch")
    expect(at_desk.page.locator("[data-diagnosis=status]")).to_be_visible()


@pytest.mark.soak
def test_a_result_posted_with_a_wrong_checkstring_moves_nothing(
    at_desk: Window, desk: Served
) -> None:
    number = new_number()
    order = at_desk.create(number)
    bring_result(desk.url, number, Status.PAYSUCCESS, CheckString="0" * 32)
    see_its_callback(at_desk, order, "mismatch")
    at_desk.page.goto(order)
    at_desk.expect_claim("REQSUCCESS", "exec")


@pytest.mark.soak
def test_an_unanswered_call_is_recovered_by_a_lookup(at_desk: Window) -> None:
    at_desk.create(new_number("-drop"))
    # The page fills itself in once the call has gone unanswered.
    at_desk.expect_claim("unknown", "exec")
    at_desk.expect_step("ask-gateway")
    expect(at_desk.page.locator("[data-locked=execute]")).to_be_visible()
    at_desk.press("Ask the gateway")
    at_desk.expect_claim("REQSUCCESS", "lookup")
    at_desk.expect_step("new-order-id")
    at_desk.page.get_by_role("link", name=at_desk.say("Try again with a new OrderID")).first.click()
    at_desk.page.fill("[name=OrderID]", new_number())
    at_desk.press("Register and request payment")
    at_desk.expect_claim("REQSUCCESS", "exec")
    at_desk.expect_step("send-customer")


@pytest.mark.soak
def test_tomorrow_it_is_all_found_again(at_desk: Window) -> None:
    number = new_number("-again")
    order = at_desk.create(number)
    at_desk.page.goto("/")
    at_desk.page.keyboard.press("/")
    at_desk.page.keyboard.type(number)
    at_desk.page.keyboard.press("Enter")
    at_desk.page.wait_for_url(f"**{order}")
    assert number in at_desk.page.inner_text("main")


@pytest.mark.parametrize(
    "how", ["dblclick", pytest.param("two presses of Enter", marks=pytest.mark.soak)]
)
def test_a_form_sent_twice_in_a_hurry_registers_once(
    at_desk: Window, operator: Operator, how: str
) -> None:
    number = new_number()
    at_desk.fill_in(number)
    if how == "dblclick":
        at_desk.button("Register and request payment").dblclick()
    else:
        at_desk.page.focus("[name=Amount]")
        at_desk.page.keyboard.press("Enter")
        at_desk.page.keyboard.press("Enter")
    # The first way there may be broken off by the second.
    expect(at_desk.page).to_have_url(AN_ORDER)
    assert registrations(operator, number) == 1


@pytest.mark.soak
def test_reloading_going_back_and_forth_registers_once(at_desk: Window, operator: Operator) -> None:
    number = new_number()
    order = at_desk.create(number)
    at_desk.page.reload()
    at_desk.page.go_back()
    at_desk.page.go_forward()
    at_desk.page.wait_for_url(f"**{order}")
    assert registrations(operator, number) == 1


@pytest.mark.soak
def test_the_same_form_in_two_tabs_registers_once(at_desk: Window, operator: Operator) -> None:
    number = new_number()
    at_desk.fill_in(number)
    fields = at_desk.page.evaluate(
        "Object.fromEntries(new FormData(document.getElementById('new-order')))"
    )
    second = at_desk.context.new_page()
    second.goto("/orders/new")
    for name, value in fields.items():
        second.evaluate("([n, v]) => { document.getElementsByName(n)[0].value = v }", [name, value])
    at_desk.press("Register and request payment")
    at_desk.press("Register and request payment", second)
    second.wait_for_url(AN_ORDER)
    assert second.url.partition("?")[0] == at_desk.page.url.partition("?")[0]
    second.close()
    assert registrations(operator, number) == 1


def test_it_all_works_without_scripts(browser: Browser, desk: Served, operator: Operator) -> None:
    with window(browser, desk, java_script_enabled=False) as at_desk:
        at_desk.sign_in()
        order = at_desk.create(new_number())
        with at_desk.context.expect_page() as opened:
            at_desk.press("Open the payment page")
        customer = opened.value
        customer.get_by_role("button").click()
        customer.locator("[name=action][value=pay]").click()
        customer.locator("form button").click()
        expect(customer.locator("body")).to_have_class("paid")
        expect_confirmed(at_desk.page, order, operator)
        see_its_callback(at_desk, order, "verified")
        at_desk.page.fill("[data-search]", "J")
        at_desk.page.press("[data-search]", "Enter")
        expect(at_desk.page.locator("[data-row]").first).to_be_visible()


def expect_confirmed(page: Page, order: str, operator: Operator) -> None:
    """The desk asks for the confirming lookup by itself, within a moment."""
    operator.wait_for(order, claim=("PAYSUCCESS", "callback", "confirmed"))
    page.goto(order)
    expect(page.locator("[data-money=confirmed]").first).to_be_visible()


def see_its_callback(at_desk: Window, order: str, verdict: str) -> None:
    """Go from the order's timeline to its callback, whose own verdict stands first."""
    at_desk.page.goto(order)
    link = at_desk.page.locator("a[href^='/callbacks/']").first
    at_desk.page.goto(link.get_attribute("href") or "")
    own = at_desk.page.locator("[data-verdict]").first
    expect(own).to_have_attribute("data-verdict", verdict)
    expect(own).to_be_visible()


def registrations(operator: Operator, number: str) -> int:
    """How often EntryTran was sent for this OrderID."""
    calls = [call for call, _ in operator.see("/exchanges", q=number).exchanges]
    return calls.count("EntryTranNetcash")
