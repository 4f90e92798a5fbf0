"""What each call may do in each state, and what the customer sees when it may not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.protocol.checkstring import Verdict, judge, read_result
from app.protocol.messages import Call
from app.protocol.wire import encode_form
from tests.sandbox.merchant import RET_URL, SHOP, Merchant, Page


def verdict(page: Page) -> Verdict:
    body = encode_form(page.fields.items())
    return judge(read_result(body), {SHOP["ShopID"]: SHOP["ShopPass"]}.get).verdict


def test_a_trade_goes_from_entry_to_a_verified_result(merchant: Merchant) -> None:
    trade = merchant.enter()
    assert merchant.status(trade) == "UNPROCESSED"
    trade["Token"] = merchant.call(Call.EXEC, **merchant.execution(trade))["token"]
    assert merchant.status(trade) == "REQSUCCESS"
    page = merchant.start(trade)
    assert merchant.status(trade) == "PAYSTART"
    result = merchant.press(page, "pay")
    assert merchant.status(trade) == "PAYSUCCESS"
    assert f'action="{RET_URL}"' in result.text
    assert list(result.fields) == [
        *("ShopID", "OrderID", "Status", "TranDate", "CheckString", "ErrCode", "ErrInfo")
    ]
    assert verdict(result) is Verdict.VERIFIED
    found = merchant.call(Call.SEARCH, OrderID=trade["OrderID"], PayType="16")
    assert found["processdate"] == result.fields["TranDate"]


def test_a_cancellation_is_a_verified_failure(merchant: Merchant) -> None:
    trade, result = merchant.ended("", "cancel")
    assert (result.fields["Status"], verdict(result)) == ("PAYFAIL", Verdict.VERIFIED)
    assert merchant.status(trade) == "PAYFAIL"


def test_leaving_tells_the_merchant_nothing(merchant: Merchant) -> None:
    trade, page = merchant.ended("", "leave")
    assert page.results == 0
    assert merchant.status(trade) == "PAYSTART"


def test_an_order_id_is_used_once(merchant: Merchant) -> None:
    trade = merchant.enter()
    again = merchant.call(Call.ENTRY, OrderID=trade["OrderID"], Amount="1")
    assert again["errinfo"] == "M01004010"


def test_fifty_entries_at_once_succeed_once(merchant: Merchant) -> None:
    order = {"OrderID": merchant.order_id(), "Amount": "1"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: merchant.call(Call.ENTRY, **order), range(50)))
    assert sum("accessid" in answer for answer in answers) == 1
    assert sum(answer.get("errinfo") == "M01004010" for answer in answers) == 49


def test_two_customers_of_one_trade_pay_once(merchant: Merchant) -> None:
    trade = merchant.executed()
    pages = [merchant.start(trade), merchant.start(trade)]
    with ThreadPoolExecutor(2) as pool:
        after = list(pool.map(lambda page: merchant.press(page, "pay"), pages))
    assert sorted(page.results for page in after) == [0, 1]
    assert sorted(page.code or "" for page in after) == ["", "NC1000004"]


def test_executing_twice_is_refused_by_state(merchant: Merchant) -> None:
    trade = merchant.executed()
    execution = merchant.execution({k: v for k, v in trade.items() if k != "Token"})
    assert merchant.call(Call.EXEC, **execution)["errinfo"] == "M01004014"
    merchant.press(merchant.start(trade), "pay")
    assert merchant.call(Call.EXEC, **execution)["errinfo"] == "M01054004"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ShopPass": "wrong"}, "M01002002"),
        ({"ShopID": "nobody"}, "M01002002"),
        ({"AccessID": "0" * 32}, "M01058002"),
        ({"AccessPass": "0" * 32}, "M01058002"),
        ({"OrderID": "ANOTHER"}, "M01058002"),
        ({"NetCashPayType": "NNCGIFT"}, "M01120010"),
        ({"RetURL": "x" * 257}, "M01056012"),
    ],
)
def test_an_execution_that_fits_no_trade_is_refused(
    merchant: Merchant, change: dict[str, str], code: str
) -> None:
    execution = merchant.execution(merchant.enter()) | change
    assert merchant.call(Call.EXEC, **execution)["errinfo"] == code


def test_a_lookup_of_what_was_never_entered_says_so(merchant: Merchant) -> None:
    assert merchant.status({"OrderID": "NEVER-ENTERED"}) == "M01004002"


def test_a_start_that_cannot_be_shows_the_customer_its_code(merchant: Merchant) -> None:
    trade = merchant.executed()
    assert merchant.start(trade | {"AccessID": "x"}).code == "NC1000001"
    assert merchant.start(trade | {"AccessID": "0" * 32}).code == "NC1000002"
    assert merchant.start(trade | {"Token": "wrong"}).code == "NC1000003"
    assert merchant.start(merchant.enter() | {"Token": "any"}).code == "NC1000006"
    merchant.press(merchant.start(trade), "pay")
    assert merchant.start(trade).code == "NC1000004"


def test_nobody_pays_a_trade_that_was_never_started(merchant: Merchant) -> None:
    started, unstarted = merchant.executed(), merchant.executed()
    page = merchant.start(started)
    text = page.text.replace(started["AccessID"], unstarted["AccessID"])
    text = text.replace(started["Token"], unstarted["Token"])
    assert merchant.press(Page(200, text, page.headers), "pay").code == "NC1000006"
    assert merchant.status(unstarted) == "REQSUCCESS"


def test_a_second_start_shows_the_payment_page_again(merchant: Merchant) -> None:
    trade = merchant.executed()
    merchant.start(trade)
    assert 'name="NetCashID"' in merchant.start(trade).text


def test_a_page_of_the_customer_has_an_origin_of_its_own(merchant: Merchant) -> None:
    policy = merchant.start(merchant.executed()).headers["content-security-policy"]
    assert policy.startswith("sandbox allow-forms allow-scripts; default-src 'none'; ")


def test_a_result_goes_nowhere_but_to_a_web_address(merchant: Merchant) -> None:
    trade = merchant.executed(RetURL="javascript:alert(1)")
    assert merchant.press(merchant.start(trade), "pay").results == 0


def test_a_form_without_a_known_button_is_a_bad_request(merchant: Merchant) -> None:
    page = merchant.start(merchant.executed())
    assert merchant.press(page, "steal").status == 400
