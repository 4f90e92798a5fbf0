"""Every scenario of the table, chosen by the suffix of an OrderID."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest

from app.protocol.checkstring import Verdict
from app.protocol.messages import Call
from app.protocol.words import say
from app.sandbox.calls.misbehaviour import drip_pauses
from app.sandbox.scenarios.catalogue import ORDINARY, SCENARIOS, scenario_of
from app.sandbox.scenarios.faults import DRIP_SECONDS
from tests.sandbox.merchant import Merchant
from tests.sandbox.test_states import verdict

Check = Callable[[Merchant], None]


def execute(merchant: Merchant, suffix: str) -> tuple[dict[str, str], httpx.Response]:
    trade = merchant.enter(suffix)
    return trade, merchant.post(Call.EXEC, **merchant.execution(trade))


def ordinary(merchant: Merchant) -> None:
    _, page = merchant.ended("")
    assert (page.results, verdict(page)) == (1, Verdict.VERIFIED)


def timeout(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-timeout")
    assert b"&Token=" in answer.content
    assert merchant.status(trade) == "REQSUCCESS"


def drop(merchant: Merchant) -> None:
    trade = merchant.enter("-drop")
    with pytest.raises(httpx.RemoteProtocolError):
        merchant.post(Call.EXEC, **merchant.execution(trade))
    assert merchant.status(trade) == "REQSUCCESS"


def http500(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-http500")
    assert answer.status_code == 500
    assert merchant.status(trade) == "UNPROCESSED"


def garbled(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-garbled")
    assert answer.status_code == 200
    assert b"Token" not in answer.content
    assert merchant.status(trade) == "REQSUCCESS"


def refuse(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-refuse")
    assert answer.content == b"ErrCode=NC2&ErrInfo=NC2000005"
    assert merchant.status(trade) == "UNPROCESSED"


def tamper(merchant: Merchant) -> None:
    trade, page = merchant.ended("-tamper")
    assert (page.fields["Status"], verdict(page)) == ("PAYFAIL", Verdict.MISMATCH)
    assert merchant.status(trade) == "PAYSUCCESS"


def nosign(merchant: Merchant) -> None:
    _, page = merchant.ended("-nosign")
    assert verdict(page) is Verdict.NO_CHECKSTRING


def twice(merchant: Merchant) -> None:
    _, page = merchant.ended("-twice")
    assert (page.results, verdict(page)) == (2, Verdict.VERIFIED)


def silent(merchant: Merchant) -> None:
    trade, page = merchant.ended("-silent")
    assert page.results == 0
    assert merchant.status(trade) == "PAYSUCCESS"


def expire(merchant: Merchant) -> None:
    left, page = merchant.ended("-expire", "leave")
    assert page.results == 0
    assert merchant.start(left).code == "NC1000005"
    assert merchant.status(left) == "EXPIRED"
    assert merchant.status(merchant.executed("-expire")) == "EXPIRED"
    paid, _ = merchant.ended("-expire", "pay")
    assert merchant.status(paid) == "PAYSUCCESS"


def paid(merchant: Merchant) -> None:
    _, page = merchant.ended("-paid", "cancel")
    assert (page.fields["Status"], verdict(page)) == ("PAYSUCCESS", Verdict.VERIFIED)


def declined(merchant: Merchant) -> None:
    _, page = merchant.ended("-declined")
    assert (page.fields["Status"], verdict(page)) == ("PAYFAIL", Verdict.VERIFIED)
    assert (page.fields["ErrCode"], page.fields["ErrInfo"]) == ("NC1", "NC1000009")


def cancelled(merchant: Merchant) -> None:
    _, page = merchant.ended("-cancelled", "leave")
    assert (page.fields["Status"], page.fields["ErrInfo"]) == ("PAYFAIL", "")


def quiet(merchant: Merchant) -> None:
    trade, page = merchant.ended("-quiet")
    assert page.results == 0
    assert merchant.status(trade) == "PAYFAIL"


def leave(merchant: Merchant) -> None:
    trade, page = merchant.ended("-leave")
    assert page.results == 0
    assert merchant.status(trade) == "PAYSTART"


def late(merchant: Merchant) -> None:
    assert 'data-delay="20"' in merchant.ended("-late")[1].text
    assert 'data-delay="7"' in merchant.ended("-late7")[1].text


def badcheck(merchant: Merchant) -> None:
    assert verdict(merchant.ended("-badcheck")[1]) is Verdict.MISMATCH


def othershop(merchant: Merchant) -> None:
    assert verdict(merchant.ended("-othershop")[1]) is Verdict.UNKNOWN_SHOP


def noticefirst(merchant: Merchant) -> None:
    assert 'data-delay="4"' in merchant.ended("-noticefirst")[1].text


def html(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-html")
    assert answer.headers["content-type"].startswith("text/html")
    assert merchant.status(trade) == "REQSUCCESS"


def empty(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-empty")
    assert (answer.status_code, answer.content) == (200, b"")
    assert merchant.status(trade) == "REQSUCCESS"


def busy(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-busy")
    assert answer.content == b"ErrCode=E92&ErrInfo=E92000001"
    assert merchant.status(trade) == "UNPROCESSED"
    assert "token" in merchant.call(Call.EXEC, **merchant.execution(trade))


def drip(merchant: Merchant) -> None:
    trade, answer = execute(merchant, "-drip")
    assert b"&StartURL=" in answer.content
    assert merchant.status(trade) == "REQSUCCESS"


def otherorder(merchant: Merchant) -> None:
    trade = {"OrderID": merchant.order_id("-otherorder")}
    answer = merchant.call(Call.ENTRY, **trade, Amount="1")
    assert answer["orderid"] == "ANOTHER-ORDER"
    assert merchant.status(trade) == "UNPROCESSED"


def revived(merchant: Merchant) -> None:
    trade, page = merchant.ended("-revived")
    assert (page.fields["Status"], verdict(page)) == ("PAYFAIL", Verdict.VERIFIED)
    assert merchant.status(trade) == "PAYSUCCESS"


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        *(ordinary, timeout, drop, http500, garbled, refuse),
        *(html, empty, busy, drip, otherorder),
        *(tamper, nosign, twice, silent, expire),
        *(paid, declined, cancelled, quiet, leave, late),
        *(badcheck, othershop, noticefirst, revived),
    )
}


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_a_scenario_does_what_the_table_says(
    merchant: Merchant, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        CHECKS[name](merchant)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(("late", "seconds"), [(0.0, 0.0), (8.0, 1.0), (125.0, 10.0)])
def test_a_drip_takes_what_its_words_say_and_ends_long_before_a_late_answer(
    late: float, seconds: float
) -> None:
    words = scenario_of("A-drip").does
    assert f"最長 {DRIP_SECONDS} 秒" in say("ja", words)
    assert f"up to {DRIP_SECONDS} seconds" in say("en", words)
    assert [sum(drip_pauses(size, late)) for size in (1, 30, 190)] == [pytest.approx(seconds)] * 3


def test_only_an_exact_suffix_chooses_a_scenario() -> None:
    assert scenario_of("A1-drop").name == "drop"
    for order_id in ("A1-drop-1", "A1-DROP", "A1drop", "drop", "A1-", "A1-ordinary"):
        assert scenario_of(order_id) is ORDINARY
