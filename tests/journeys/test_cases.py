"""Five stories from the first call to the printed report, by two people where two are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cast import APPROVER, OPERATOR, Member, signed_in_cookie
from tests.conftest import Served
from tests.journeys.window import LOCALES, Window
from tests.pdf import pages_of
from tests.walk import Operator, visit

A_CASE = re.compile(r"/cases/[0-9a-f]{32}")
_numbers = count(1)


class Person(Window):
    """Somebody at the desk in whose window a case stands."""

    def open_case(self, kind: str, *orders: str, subject: str = "") -> str:
        self.page.goto(f"/cases/new?order={orders[0].rsplit('/', 1)[-1]}")
        self.page.select_option("[name=kind]", kind)
        self.page.fill("[name=Subject]", subject)
        self.press("Open the case")
        self.page.wait_for_url(A_CASE)
        return self.page.url

    def fill(self, form: str, **typed: str) -> None:
        for name, value in typed.items():
            field = self.page.locator(f"[action$='/{form}'] [name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def send(self, form: str, **typed: str) -> None:
        self.fill(form, **typed)
        self.page.locator(f"[action$='/{form}'] button").last.click()
        self.page.wait_for_load_state()

    def decide_and_close(self, decision: str) -> None:
        self.send("decisions", Text=decision)
        self.press("Close the case")
        expect(self.page.locator("[data-case]")).to_have_attribute("data-case", "closed")

    def expect_refund(self, state: str) -> None:
        expect(self.page.locator("[data-refund]").last).to_have_attribute("data-refund", state)

    def expect_done(self, *items: str) -> None:
        for item in items:
            row = self.page.locator(f"[data-check={item}]")
            expect(row).to_have_attribute("data-done", "yes")

    def report(self) -> list[str]:
        """The pages of the evidence, as Chromium prints them."""
        self.page.goto(self.page.url.split("#")[0] + "/evidence")
        return pages_of(self.page.pdf(prefer_css_page_size=True))


@contextmanager
def person(browser: Browser, desk: Served, member: Member, language: str) -> Iterator[Person]:
    context = browser.new_context(
        base_url=desk.url, locale=LOCALES[language], timezone_id="Asia/Tokyo"
    )
    name, value = signed_in_cookie(desk.app, member)
    context.add_cookies([{"name": name, "value": value, "url": desk.url}])
    yield Person(context, language)
    context.close()


@pytest.fixture
def operator_window(browser: Browser, desk: Served) -> Iterator[Person]:
    with person(browser, desk, OPERATOR, "ja") as opened:
        yield opened


@pytest.fixture
def approver_window(browser: Browser, desk: Served) -> Iterator[Person]:
    with person(browser, desk, APPROVER, "en") as opened:
        yield opened


def an_order(operator: Operator, desk: Served, name: str, action: str = "pay") -> tuple[str, str]:
    """An order that a customer has seen to: its number and its address."""
    number = f"S{next(_numbers)}{name}"
    order = operator.create(OrderID=number)
    visit(desk.url, operator.launch(order), action)
    return number, order


def confirmed(operator: Operator, desk: Served, name: str = "") -> tuple[str, str]:
    number, order = an_order(operator, desk, name)
    operator.wait_for(order, claim=("PAYSUCCESS", "callback", "confirmed"))
    return number, order


def test_each_printed_page_is_headed_by_the_case_and_counted(
    operator: Operator, operator_window: Person
) -> None:
    number = f"P{next(_numbers)}"
    operator.create(OrderID=number)
    opened = operator.client.post("/cases", data={"kind": "status-unclear", "OrderID": number})
    operator_window.page.goto(opened.headers["location"] + "/evidence")
    assert operator_window.page.locator("button, input").count() == 0
    pages = pages_of(operator_window.page.pdf(prefer_css_page_size=True))
    for at, page in enumerate(pages, 1):
        assert re.match(rf"C-\d{{6}} · SANDBOX{at} / {len(pages)}", page)


@pytest.mark.soak
def test_a_double_payment_goes_back_by_two_people_and_is_printed(
    operator: Operator, desk: Served, operator_window: Person, approver_window: Person
) -> None:
    (_, first), (second, _) = confirmed(operator, desk), confirmed(operator, desk)
    first_line, other = operator_window, approver_window
    case = first_line.open_case("double-payment", first, subject="二重に支払った")
    first_line.send("orders", OrderID=second)
    first_line.send("notes", Text=f"電話で {second} も支払ったと言われた")
    first_line.send(
        "refunds", Order=second, Amount="1,320円", Means="bank-transfer", Reference="T-1"
    )
    first_line.expect_refund("proposed")
    assert first_line.page.locator("[action$=approvals]").count() == 0
    other.page.goto(case)
    other.press("Approve: document it as paid out")
    other.expect_refund("approved")
    first_line.page.goto(case)
    first_line.expect_done("both-orders", "both-known", "refund-proposed", "refund-decided")
    first_line.decide_and_close("二重払いのうち 1 件を返金した")
    whole = "".join(first_line.report())
    assert "T-1" in whole
    assert OPERATOR.email in whole
    assert APPROVER.email in whole


@pytest.mark.soak
def test_paid_but_the_page_showed_an_error(
    operator: Operator, desk: Served, operator_window: Person
) -> None:
    _, order = an_order(operator, desk, "-silent")
    person = operator_window
    person.open_case("paid-no-callback", order, subject="画面がエラーになった")
    person.send("notes", Text="支払いのあと画面がエラーになったとの電話")
    case = person.page.url
    person.page.goto(order)
    person.press("Ask the gateway")
    expect(person.page.locator("[data-money=confirmed]").first).to_be_visible()
    person.page.goto(case)
    person.expect_done("told-by-customer", "asked", "confirmed")
    draft = person.page.locator("[data-draft=ja] textarea")
    expect(draft).to_have_value(re.compile("¥1,320 のお支払い"))
    person.page.locator("[data-draft=ja] button", has_text="送ったとおりに記録").click()
    person.expect_done("replied")
    person.decide_and_close("照会で支払いを確認し、お客様に連絡した")
    assert "PAYSUCCESS" in "".join(person.report())


@pytest.mark.soak
def test_a_tampered_result(operator: Operator, desk: Served, operator_window: Person) -> None:
    _, order = an_order(operator, desk, "-tamper")
    person = operator_window
    person.page.goto(order)
    person.page.goto(
        person.page.locator("a[href^='/callbacks/']").first.get_attribute("href") or ""
    )
    person.page.get_by_role("link", name=person.say("Open a case")).click()
    expect(person.page.locator("[name=kind]")).to_have_value("tampering")
    person.press("Open the case")
    person.page.wait_for_url(A_CASE)
    case = person.page.url
    person.page.goto(order)
    person.press("Ask the gateway")
    person.page.goto(case)
    person.expect_done("asked", "result-explained")
    person.decide_and_close("改ざんされた結果は反映されていない")
    whole = "".join(person.report())
    assert person.say("another one") in whole


@pytest.mark.soak
def test_a_refund_is_refused_and_decided_anew(
    operator: Operator, desk: Served, operator_window: Person, approver_window: Person
) -> None:
    _, order = confirmed(operator, desk)
    case = operator_window.open_case("refund", order)
    values = {"Amount": "1320", "Means": "gift-reissue", "Reference": "G-1"}
    operator_window.send("refunds", **values)
    other = approver_window
    other.page.goto(case)
    other.page.get_by_text("Refuse it").first.click()
    other.send("refusals", Reason="Half of it was used")
    other.expect_refund("refused")
    operator_window.page.goto(case)
    expect(operator_window.page.get_by_text("Half of it was used").first).to_be_visible()
    operator_window.send("refunds", **(values | {"Amount": "660"}))
    other.page.goto(case)
    other.press("Approve: document it as paid out")
    other.expect_refund("approved")
    expect(other.page.locator("[data-refundable]").first).to_have_attribute(
        "data-refundable", "660"
    )
    operator_window.page.goto(case)
    operator_window.decide_and_close("半額を返金した")
    assert "G-1" in "".join(operator_window.report())


@pytest.mark.soak
def test_trouble_with_an_id(operator: Operator, desk: Served, operator_window: Person) -> None:
    _, order = an_order(operator, desk, "", "cancel")
    person = operator_window
    person.open_case("id-trouble", order, subject="ID が使えない")
    person.send("notes", Text="ID を読み上げてもらった")
    draft = person.page.locator("[data-draft=ja] textarea")
    expect(draft).to_have_value(re.compile("半角 16 文字"))
    person.page.locator("[data-draft=ja] button", has_text="送ったとおりに記録").click()
    person.decide_and_close("入力し直していただいた")
    assert "ID" in "".join(person.report())


HARMFUL = (
    ("page.txt", b"plain <b>text</b> <img src=x onerror=alert(1)>"),
    ("both.gif", b"GIF89a/*" + b"\0" * 8 + b"*/=1;alert(1)//<script>alert(1)</script>"),
    ("form.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
)


@pytest.mark.soak
def test_nothing_in_an_attachment_runs(
    operator: Operator, desk: Served, operator_window: Person
) -> None:
    _, order = confirmed(operator, desk)
    page: Page = operator_window.page
    case = operator_window.open_case("refund", order)
    for name, content in HARMFUL:
        file = {"name": name, "mimeType": "text/html", "buffer": content}
        page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
        page.locator("[action$=attachments] button").click()
    links = [one.get_attribute("href") for one in page.locator(".files a").all()]
    assert len(links) == len(HARMFUL)
    heard: list[str] = []
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    for link in links:
        # Straight to it, past the attribute that asks for a download.
        with page.expect_download() as saved:
            page.evaluate("link => { location.href = link }", link)
        assert saved.value.suggested_filename.rpartition(".")[2] in {"txt", "gif", "pdf"}
        assert page.url == case or page.url.startswith(case)
    assert not heard
