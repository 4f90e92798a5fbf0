"""The main job over HTTP, from the form to the confirmed payment, on SQLite and on PostgreSQL.

The pages are read by the hooks that programs outside rely on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from app.protocol.statuses import Status
from tests.conftest import Served, serving, settings_for
from tests.reading import Shown
from tests.sandbox.merchant import Merchant
from tests.walk import Operator, bring_result, visit

ENTRY, EXEC, SEARCH = "EntryTranNetcash", "ExecTranNetcash", "SearchTradeMulti"
ANSWERED = [(ENTRY, "answered"), (EXEC, "answered")]
CONFIRMED = ("PAYSUCCESS", "callback", "confirmed")

pytestmark = pytest.mark.sqlite_will_do


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, blank_database: Path
) -> Iterator[Served]:
    """One served desk for the module: each test makes orders of its own."""
    folder = tmp_path_factory.mktemp("flow")
    shutil.copy(blank_database, folder / "desk.db")
    where = {}
    if request.param == "postgresql":
        where = {"database_url": request.getfixturevalue("module_postgresql")}
    with serving(settings_for(folder, gateway_timeout=4, gateway_settle=0, **where)) as served:
        yield served


@pytest.fixture(scope="module")
def operator(desk: Served) -> Iterator[Operator]:
    with closing(desk.client()) as client:
        yield Operator(client)


def test_a_payment_is_created_requested_paid_reported_and_confirmed(
    desk: Served, operator: Operator
) -> None:
    order = operator.create(action="register", ClientField1="会員－①")
    registered = operator.see(order)
    assert registered.claim == ("UNPROCESSED", "entry", None)
    assert registered.first("data-next-step") == "execute"
    assert registered.first("data-environment") == "sandbox"
    assert operator.act(order, "executions").status_code == 303
    requested = operator.see(order)
    assert requested.claim == ("REQSUCCESS", "exec", None)
    assert requested.first("data-next-step") == "send-customer"
    assert requested.exchanges == ANSWERED
    read = visit(desk.url, operator.launch(order), "pay")
    assert (read.status, "paid" in read.all("class")) == (200, True)
    paid = operator.wait_for(order, claim=CONFIRMED)
    assert paid.exchanges == [*ANSWERED, (SEARCH, "answered")]
    assert paid.first("data-next-step") == "nothing"
    assert paid.all("data-verdict") == ["verified"]


def test_a_payment_is_reported_until_a_lookup_has_confirmed_it(
    desk: Served, operator: Operator
) -> None:
    """The gateway knows nothing of this result: it is verified, and no lookup agrees with it."""
    order = operator.create()
    assert "paid" in result_page(bring_result(desk.url, number(operator, order), Status.PAYSUCCESS))
    assert operator.see(order).claim == ("PAYSUCCESS", "callback", "reported")


def test_a_cancelled_payment_is_not_paid(desk: Served, operator: Operator) -> None:
    order = operator.create()
    read = visit(desk.url, operator.launch(order), "cancel")
    assert "not-paid" in read.all("class")
    assert operator.see(order).claim == ("PAYFAIL", "callback", None)


def test_a_customer_who_leaves_is_waited_for(desk: Served, operator: Operator) -> None:
    order = operator.create()
    visit(desk.url, operator.launch(order), "leave")
    shown = operator.see(order)
    assert shown.claim == ("REQSUCCESS", "exec", None)
    assert shown.all("data-verdict") == []


@pytest.mark.parametrize(
    ("suffix", "verdict", "diagnosis"),
    [
        ("-tamper", "mismatch", ["status"]),
        ("-badcheck", "mismatch", []),
        ("-nosign", "no-checkstring", []),
        ("-othershop", "unknown-shop", ["shop"]),
    ],
)
def test_a_result_that_is_not_proven_moves_nothing(
    desk: Served, operator: Operator, suffix: str, verdict: str, diagnosis: list[str]
) -> None:
    order = operator.create(suffix)
    read = visit(desk.url, operator.launch(order), "pay")
    assert "being-confirmed" in read.all("class")
    assert operator.see(order).claim == ("REQSUCCESS", "exec", None)
    listed = operator.see("/callbacks", q=number(operator, order))
    assert listed.all("data-verdict") == [verdict]
    callback = operator.see(next(a for a in listed.all("href") if a.startswith("/callbacks/")))
    assert callback.first("data-verdict") == verdict
    assert callback.all("data-diagnosis") == diagnosis


def test_a_result_delivered_twice_counts_once(desk: Served, operator: Operator) -> None:
    order = operator.create("-twice")
    visit(desk.url, operator.launch(order), "pay")
    assert operator.wait_for(order, claim=CONFIRMED).all("data-tag") == ["duplicate"]


@pytest.mark.parametrize(
    ("suffix", "outcome", "status", "step"),
    [
        ("-timeout", "no-answer", "REQSUCCESS", "new-order-id"),
        ("-drop", "cut-off", "REQSUCCESS", "new-order-id"),
        ("-garbled", "not-understood", "REQSUCCESS", "new-order-id"),
        ("-http500", "http-error", "UNPROCESSED", "execute-again"),
    ],
)
def test_silence_is_unknown_and_locked_until_a_lookup_answers(
    operator: Operator, suffix: str, outcome: str, status: str, step: str
) -> None:
    order = operator.create(suffix)
    unknown = operator.wait_for(order, claim=("unknown", "exec", None))
    assert unknown.exchanges == [(ENTRY, "answered"), (EXEC, outcome)]
    assert unknown.first("data-next-step") == "ask-gateway"
    assert operator.act(order, "executions").status_code == 409
    assert operator.act(order, "lookups").status_code == 303
    found = operator.see(order)
    assert found.claim == (status, "lookup", None)
    assert found.first("data-next-step") == step


def test_a_payment_whose_result_never_came_is_found_by_a_lookup(
    desk: Served, operator: Operator
) -> None:
    order = operator.create("-silent")
    visit(desk.url, operator.launch(order), "pay")
    assert operator.see(order).claim == ("REQSUCCESS", "exec", None)
    operator.act(order, "lookups")
    assert operator.see(order).claim == ("PAYSUCCESS", "lookup", "confirmed")


def test_a_second_lookup_within_the_hour_needs_a_reason(operator: Operator) -> None:
    order = operator.create()
    assert operator.act(order, "lookups").status_code == 303
    refused = operator.act(order, "lookups")
    assert (refused.status_code, 'data-error-for="Reason"' in refused.text) == (422, True)
    assert operator.act(order, "lookups", Reason="お客様からの電話").status_code == 303
    assert operator.see(order).exchanges == [*ANSWERED, *[(SEARCH, "answered")] * 2]


@pytest.mark.parametrize(
    ("believe", "claim"),
    [("keep", ("UNPROCESSED", "entry", None)), ("lookup", ("UNPROCESSED", "lookup", None))],
)
def test_sources_that_disagree_are_a_conflict_until_a_person_settles_it(
    desk: Served, operator: Operator, believe: str, claim: tuple[str, str, None]
) -> None:
    order = operator.create(action="register")
    read = bring_result(desk.url, number(operator, order), Status.PAYSUCCESS)
    assert "being-confirmed" in result_page(read)
    disputed = operator.see(order)
    assert disputed.claim == ("UNPROCESSED", "entry", None)
    assert "conflict" in disputed.all("data-tag")
    # The lookup that a conflict makes due is asked by the desk itself.
    asked = operator.wait_for(order, exchanges=[(ENTRY, "answered"), (SEARCH, "answered")])
    assert asked.first("data-next-step") == "settle-conflict"
    refused = operator.act(order, "settlements", believe=believe)
    assert (refused.status_code, 'data-error-for="Reason"' in refused.text) == (422, True)
    settled = operator.act(order, "settlements", believe=believe, Reason="Asked the shop")
    assert settled.status_code == 303
    assert operator.see(order).claim == claim
    assert operator.act(order, "executions").status_code == 303
    assert operator.see(order).claim == ("REQSUCCESS", "exec", None)


def test_an_order_made_elsewhere_is_met_by_its_lookup(desk: Served, operator: Operator) -> None:
    elsewhere = Merchant(desk.settings.port, "/sandbox")
    with closing(elsewhere):
        trade = elsewhere.executed()
    found = operator.client.post("/lookups", data={"OrderID": trade["OrderID"]})
    answer = operator.see(found.headers["location"])
    assert answer.first("data-status") == "REQSUCCESS"
    order = operator.see("/orders", q=trade["OrderID"])
    assert order.claim == ("REQSUCCESS", "lookup", None)


def test_what_was_done_is_found_again_by_its_number_and_its_beginning(operator: Operator) -> None:
    order = operator.create(OrderID="Y-20261124-1")
    assert operator.create(OrderID="Y-20261124-2") != order
    exact = operator.client.get("/orders", params={"q": "Y-20261124-1"})
    assert (exact.status_code, exact.headers["location"]) == (303, order)
    assert len(operator.see("/orders", q="Y-2026").all("data-row")) == 2
    assert len(operator.see("/exchanges", q="Y-2026").exchanges) == 4


@pytest.mark.parametrize(
    ("typed", "parameter"),
    [
        ({"OrderID": ""}, "OrderID"),
        ({"OrderID": "REFUSED" + "A" * 21}, "OrderID"),
        ({"OrderID": "ML-ORDER-1"}, "OrderID"),
        ({"Amount": "0"}, "Amount"),
        ({"Amount": "200001"}, "Amount"),
        ({"Amount": "199000", "Tax": "1001"}, "Amount"),
        ({"RetURL": "https://shop.example/" + "a" * 236}, "RetURL"),
        ({"RetURL": "ftp://shop.example/"}, "RetURL"),
        ({"ClientField1": "会員😀"}, "ClientField1"),
    ],
)
def test_what_the_gateway_would_refuse_is_refused_beside_its_field(
    operator: Operator, typed: dict[str, str], parameter: str
) -> None:
    answer = operator.send_form(**{"OrderID": "REFUSED"} | typed)
    assert answer.status_code == 422
    assert Shown(answer).all("data-error-for") == [parameter]
    assert typed.items() <= Shown(answer).form("/orders").fields.items()
    assert operator.see("/orders", q="REFUSED").all("data-row") == []


def number(operator: Operator, order: str) -> str:
    """The OrderID of the order at this address."""
    copied = operator.see(order).first("data-copy")
    assert copied
    return copied


def result_page(answer: httpx.Response) -> str:
    """Which of the three the customer was told."""
    assert answer.status_code == 200
    return answer.text.partition('<body class="')[2].partition('"')[0]
