"""Every conflict, by what can raise it: what its page, the lists and its proof call it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.clock import now
from app.desk.status.updates import StatusReport, Terms, apply_not_found, apply_report
from app.gateway import Outcome
from app.protocol.checkstring import Verdict, signed_result
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer, encode_form
from app.records.callbacks import Applied, Callback
from app.records.exchanges import Exchange
from app.records.orders import Conflict, Order, Origin, Source
from app.records.shops import Confirmation
from tests.web.pages.rows import a_callback, an_exchange, an_order

pytestmark = pytest.mark.anyio

SHOP, PASSWORD = "tshop00000001", "tpass7xq"

HELD: dict[str, dict[str, Any]] = {
    "never sent": {"source": None, "status_at": None, "executed_at": None},
    "registered": {"source": Source.ENTRY, "executed_at": None, "access_id": "a" * 32},
    "requested": {"access_id": "a" * 32, "access_pass": "b" * 32},
    "met": {"origin": Origin.CALLBACK, "source": None, "status_at": None, "amount": None},
}


@dataclass(frozen=True)
class Case:
    """An order as it was held, the report that a conflict came of, and what its title says.

    `said`: None where a lookup finds no such order. `lagged`: an earlier lookup had said the same.
    """

    name: str
    conflict: Conflict
    held: tuple[str, str]
    said: str | None
    title: tuple[str, str]
    source: Source = Source.LOOKUP
    amount: int = 1000
    currency: str = "JPN"
    values: dict[str, Any] = field(default_factory=dict)
    lagged: bool = False
    access_id: str = "a" * 32


C, BY = Conflict, Source.CALLBACK
CASES = [
    Case("paid, after a failure", C.STATUS, ("PAYFAIL", "requested"), "PAYSUCCESS",
         ("A callback says paid, after", "の後に、「決済完了」のコールバック"), BY),
    Case("failed, after a payment", C.STATUS, ("PAYSUCCESS", "requested"), "PAYFAIL",
         ("A callback says not paid", "「決済失敗」のコールバック"), BY),
    Case("failed, after the term", C.STATUS, ("EXPIRED", "requested"), "PAYFAIL",
         ("A callback names another end", "コールバックが、保持している内容とは別の結末"), BY),
    Case("looked up as paid", C.STATUS, ("PAYFAIL", "requested"), "PAYSUCCESS",
         ("The gateway says paid", "ゲートウェイは決済完了と")),
    Case("looked up as not paid", C.STATUS, ("PAYSUCCESS", "requested"), "PAYFAIL",
         ("The gateway says not paid", "ゲートウェイは決済完了としていません")),
    Case("looked up at another end", C.STATUS, ("PAYFAIL", "requested"), "EXPIRED",
         ("The gateway names another end", "ゲートウェイが、保持している内容とは別の結末")),
    Case("gone", C.STATUS, ("REQSUCCESS", "requested"), None,
         ("The gateway has no such order any more", "ゲートウェイからこの注文がなくなって")),
    Case("gone, though paid", C.STATUS, ("PAYSUCCESS", "requested"), None,
         ("We hold it as paid, but the gateway has no such order",
          "決済完了としている注文が、ゲートウェイにありません")),
    Case("paid with another amount", C.AMOUNT, ("REQSUCCESS", "requested"), "PAYSUCCESS",
         ("Paid, but with another amount", "決済完了ですが、手元の金額と異なります"), amount=500),
    Case("held with another amount", C.AMOUNT, ("REQSUCCESS", "requested"), "REQSUCCESS",
         ("The gateway holds another amount", "ゲートウェイの金額が、手元の金額と異なります"),
         amount=500),
    Case("paid in dollars", C.AMOUNT, ("REQSUCCESS", "requested"), "PAYSUCCESS",
         ("Paid, but in another currency", "決済完了ですが、通貨が円では"), currency="USD"),
    Case("held in dollars", C.AMOUNT, ("REQSUCCESS", "requested"), "REQSUCCESS",
         ("The gateway names another currency", "ゲートウェイの通貨が円では"), currency="USD"),
    Case("called paid unasked", C.NEVER_EXECUTED, ("UNPROCESSED", "registered"), "PAYSUCCESS",
         ("A callback says paid, though we never requested", "「決済完了」のコールバック"), BY),
    Case("called failed unasked", C.NEVER_EXECUTED, ("UNPROCESSED", "registered"), "PAYFAIL",
         ("A callback says not paid, for a payment that we never", "「決済失敗」のコールバック"),
         BY),
    Case("paid elsewhere", C.NEVER_EXECUTED, ("UNPROCESSED", "registered"), "PAYSUCCESS",
         ("Paid, though we never requested", "決済完了ですが、こちらから決済実行を")),
    Case("requested elsewhere", C.NEVER_EXECUTED, ("UNPROCESSED", "registered"), "REQSUCCESS",
         ("Another system has requested", "別のシステムがこの決済を実行しています")),
    Case("expired elsewhere", C.NEVER_EXECUTED, ("UNPROCESSED", "registered"), "EXPIRED",
         ("Another system requested this payment, and it is not paid", "支払いには至って")),
    Case("payment not heard of", C.LAGGING, ("PAYSUCCESS", "requested"), "REQSUCCESS",
         ("We hold it as paid, but the gateway has not heard", "支払いが、ゲートウェイにまだ"),
         lagged=True),
    Case("request not heard of", C.LAGGING, ("REQSUCCESS", "requested"), "UNPROCESSED",
         ("The gateway does not know of the payment request", "決済実行の記録が"), lagged=True),
    Case("says less", C.LAGGING, ("PAYFAIL", "requested"), "REQSUCCESS",
         ("The gateway still says less", "保持している内容より前のまま"), lagged=True),
    Case("not known to the gateway", C.NOT_REGISTERED, ("unknown", "met"), None,
         ("A verified callback, but the gateway does not know", "検証済みのコールバックですが")),
    Case("somebody else's", C.FOREIGN, ("unknown", "never sent"), "UNPROCESSED",
         ("The OrderID is somebody else's", "ゲートウェイでは別のシステムの取引です"), amount=500),
    Case("somebody else's, same amount", C.FOREIGN, ("unknown", "never sent"), "REQSUCCESS",
         ("The OrderID is somebody else's", "ゲートウェイでは別のシステムの取引です")),
    Case("somebody else's, paid", C.FOREIGN, ("unknown", "never sent"), "PAYSUCCESS",
         ("Somebody else's trade with this OrderID is paid", "別のシステムの取引が決済完了")),
    Case("another trade in its place", C.FOREIGN, ("REQSUCCESS", "requested"), "UNPROCESSED",
         ("The gateway holds another trade under this OrderID", "の別の取引があります"),
         access_id="c" * 32),
    Case("another trade, registered alike", C.FOREIGN, ("UNPROCESSED", "registered"),
         "UNPROCESSED",
         ("The gateway holds another trade under this OrderID", "の別の取引があります"),
         access_id="c" * 32),
    Case("another trade, paid", C.FOREIGN, ("REQSUCCESS", "requested"), "PAYSUCCESS",
         ("Another trade under this OrderID is paid", "の、別の取引が決済完了"),
         access_id="c" * 32),
]  # fmt: skip


def answer_of(case: Case) -> bytes:
    values = {
        "Status": case.said or "",
        "ProcessDate": "20260110140322",
        "AccessID": case.access_id,
        "AccessPass": "b" * 32,
        "Amount": str(case.amount),
        "Tax": "0",
        "Currency": case.currency,
        "PayType": "16",
        "NetCashPayType": "NETCASH",
    }
    return encode_answer(values.items())


def asked(app: Starlette, order: Order, case: Case, ago: timedelta) -> Exchange:
    at = now() - ago
    row: dict[str, Any] = {"order_key": order.id, "asked_at": at, "answered_at": at}
    if case.said is None:
        row |= {"outcome": Outcome.PROTOCOL_ERROR, "errors": "M01004002"}
    else:
        row |= {"answer": answer_of(case), "said_status": case.said}
        row |= {"said_amount": case.amount, "said_tax": 0}
    return an_exchange(app, order.order_id, Call.SEARCH, **row)


def called_back(app: Starlette, order: Order, status: Status) -> Callback:
    """A verified callback, committed and not yet applied."""
    result = signed_result(SHOP, order.order_id, status, "20260110140322", PASSWORD)
    return a_callback(
        app,
        order.order_id,
        Verdict.VERIFIED,
        body=encode_form(result.pairs()),
        order_key=order.id,
        status=status,
        applied=Applied.CONFLICT,
        applied_at=now(),
    )


def raised(app: Starlette, case: Case) -> tuple[Order, str]:
    """An order in this conflict, and the address of what raised it."""
    status, held = case.held
    usual = {"status_at": now() - timedelta(hours=3)} | HELD[held]
    order = an_order(app, f"C{CASES.index(case)}", status, **usual | case.values)
    if case.lagged:
        asked(app, order, case, timedelta(hours=2))
    terms = Terms(Confirmation.NEVER, timedelta())
    desk = app.state.desk
    if case.source is Source.CALLBACK:
        callback = called_back(app, order, Status(case.said or ""))
        report = StatusReport(Source.CALLBACK, Status(case.said or ""), callback_key=callback.id)
        proof = f"/callbacks/{callback.id}"
    else:
        lookup = asked(app, order, case, timedelta())
        report = StatusReport(
            Source.LOOKUP, Status(case.said or "PAYFAIL"), exchange_key=lookup.id,
            amount=case.amount, tax=0, access_id=case.access_id, in_yen=case.currency == "JPN",
            asked_at=lookup.asked_at,
            heard_at=lookup.answered_at,
        )  # fmt: skip
        proof = f"/lookups/{lookup.id}"
    with desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        if case.said is None:
            apply_not_found(session, fresh, session.get_one(Exchange, lookup.id), terms)
        else:
            apply_report(session, fresh, report, terms)
        assert fresh.conflict is case.conflict
    return order, proof


def words(answer: httpx.Response) -> str:
    """The words of a page."""
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def section(shown: str) -> str:
    """The part of an order's page that is about its conflict."""
    found = re.search(r'<section class="conflict".*?</section>', shown, re.DOTALL)
    assert found
    return unescape(found[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_conflict_is_called_the_same_wherever_it_is_named(
    client: httpx.AsyncClient, desk_app: Starlette, case: Case
) -> None:
    order, proof = raised(desk_app, case)
    for language, title in zip(("en", "ja"), case.title, strict=True):
        client.cookies.set("lang", language)
        page = await client.get(f"/orders/{order.id}")
        # Above the choice, and in the timeline.
        assert words(page).count(title) >= 2
        assert title in section(page.text)
    for address in ("/", "/orders?status=attention", proof):
        assert title in words(await client.get(address)), address


def test_every_kind_of_conflict_is_among_them() -> None:
    assert {case.conflict for case in CASES} == set(Conflict)


def case_of(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


async def settle(
    client: httpx.AsyncClient, order: Order, believe: str, **typed: str
) -> httpx.Response:
    form = {"believe": believe, "Reason": "asked by phone"} | typed
    return await client.post(f"/orders/{order.id}/settlements", data=form)


async def test_both_sides_of_another_amount_are_shown_and_marked(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("paid with another amount"))
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert "¥1,000" in shown
    assert "¥500" in shown
    assert "another amount" in shown


async def test_that_both_choices_leave_the_same_status_is_said_before_the_choice(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("held with another amount"))
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert 'data-same-status="REQSUCCESS"' in shown
    assert "two trades" not in shown
    assert shown.index("Either way the order stays: Requested.") < shown.index("Which to believe")
    other, _ = raised(desk_app, case_of("looked up as not paid"))
    assert "data-same-status" not in section((await client.get(f"/orders/{other.id}")).text)


async def test_an_order_without_a_source_is_not_given_that_of_a_conflict(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("somebody else's"))
    assert "data-source=" not in (await client.get(f"/orders/{order.id}")).text
    other, _ = raised(desk_app, case_of("looked up as paid"))
    found = re.findall(r'data-source="(\w+)"', (await client.get(f"/orders/{other.id}")).text)
    assert found[0] == other.source
    assert "lookup" in found


async def test_two_trades_of_the_same_status_are_still_two_trades(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("another trade, registered alike"))
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert 'data-same-status="UNPROCESSED"' in shown
    assert "The choice decides which of the two trades it is." in shown


@pytest.mark.parametrize("silent", [None, Source.ENTRY])
async def test_what_is_left_to_somebody_else_becomes_what_was_said_before(
    client: httpx.AsyncClient, desk_app: Starlette, silent: Source | None
) -> None:
    order, _ = raised(desk_app, case_of("somebody else's"))
    with desk_app.state.desk.database.writing() as session:
        session.get_one(Order, order.id).source = silent
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert "The trade is left to whoever registered it" in shown
    kept = shown[shown.index("What we held") :]
    assert "The order is then: Not registered." in kept
    await settle(client, order, "keep", **{"comes-back": "known"})
    claim = re.search(
        r'data-status="unknown".*?</span>',
        (await client.get(f"/orders/{order.id}")).text,
        re.DOTALL,
    )
    assert claim
    assert "Not registered" in claim[0]


async def test_a_figure_that_is_not_in_yen_has_no_sign_of_the_yen(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("paid in dollars"))
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert shown.count("¥1,000") == 1  # what we hold
    assert shown.count("1,000") == 3


async def test_what_the_gateway_names_stays_beside_our_amount_once_it_is_settled(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("paid with another amount"))
    await settle(client, order, "lookup")
    page = (await client.get(f"/orders/{order.id}")).text
    assert 'data-next-step="nothing"' in page
    assert "¥500, says the gateway" in page


async def test_a_choice_that_brings_the_conflict_back_is_not_taken_without_a_word(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("paid elsewhere"))
    assert 'name="comes-back"' in (await client.get(f"/orders/{order.id}")).text
    refused = await settle(client, order, "keep")
    assert refused.status_code == 422
    assert 'data-error-for="believe"' in refused.text
    assert "this conflict will be back" in refused.text
    assert (await settle(client, order, "keep", **{"comes-back": "known"})).status_code == 303


async def test_a_choice_that_ends_it_needs_no_more_than_a_reason(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    order, _ = raised(desk_app, case_of("somebody else's"))
    assert 'name="comes-back"' not in (await client.get(f"/orders/{order.id}")).text
    assert (await settle(client, order, "keep")).status_code == 303


async def test_a_settlement_keeps_the_name_of_what_it_ended(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    case = case_of("paid elsewhere")
    order, _ = raised(desk_app, case)
    await settle(client, order, "lookup")
    page = await client.get(f"/orders/{order.id}")
    assert 'class="conflict"' not in page.text
    assert words(page).count(case.title[0]) == 2


async def test_a_payment_heard_of_later_in_the_same_conflict_names_it(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    case = case_of("requested elsewhere")
    order, _ = raised(desk_app, case)
    lookup = asked(desk_app, order, replace(case, said="PAYSUCCESS"), timedelta())
    report = StatusReport(Source.LOOKUP, Status.PAYSUCCESS, exchange_key=lookup.id, amount=1000,
                          tax=0, access_id="a" * 32, asked_at=lookup.asked_at)  # fmt: skip
    with desk_app.state.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        apply_report(session, fresh, report, Terms(Confirmation.NEVER, timedelta()))
    shown = section((await client.get(f"/orders/{order.id}")).text)
    assert "Paid, though we never requested a payment" in shown
    assert shown.count('data-source="lookup"') == 2
    assert "Paid, though we never requested a payment" in words(await client.get("/"))


async def test_figures_in_another_currency_are_not_called_what_we_sent(
    client: httpx.AsyncClient, desk_app: Starlette
) -> None:
    _, proof = raised(desk_app, case_of("paid in dollars"))
    shown = words(await client.get(proof))
    assert "Currency is USD" in shown
    assert "Amount and Tax are what we sent" not in shown
