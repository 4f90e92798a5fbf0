"""One order's page over the real sandbox: what it says, what it offers, what it locks, and why."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import httpx
import pytest

from app.protocol.checkstring import signed_result
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.records.exchanges import Exchange, exchanges_of
from app.records.orders import Order
from app.records.shops import Environment
from tests.cast import VIEWER
from tests.conftest import Served, serving, settings_for
from tests.waiting import until

SHOP, PASSWORD = "tshop00000001", "tpass7xq"
_numbers = count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Iterator[Served]:
    """One served desk for the module: each test makes orders of its own."""
    folder = tmp_path_factory.mktemp("orders")
    shutil.copy(blank_database, folder / "desk.db")
    with serving(settings_for(folder, gateway_settle=0)) as served:
        yield served


@pytest.fixture(scope="module")
def operator(desk: Served) -> Iterator[httpx.Client]:
    with closing(desk.client()) as client:
        yield client


def create(client: httpx.Client, scenario: str = "", action: str = "execute", **typed: str) -> str:
    """Create an order through the form; returns its address."""
    shown = client.get("/orders/new").text
    form = dict(re.findall(r'name="(form_key|shop_key|RetURL)"[^>]*? value="([^"]*)"', shown))
    number = {"OrderID": f"P{next(_numbers)}", "scenario": scenario, "action": action}
    answer = client.post("/orders", data=form | number | {"Amount": "1200"} | typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def act(client: httpx.Client, address: str, noun: str, **fields: str) -> httpx.Response:
    return client.post(f"{address}/{noun}", data=fields)


def hooks(shown: str) -> dict[str, str]:
    """The first of each stable hook on a page: the order's own."""
    names = ("status", "source", "money", "next-step", "environment")
    found = {name: re.search(f'data-{name}="([^"]*)"', shown) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def calls(shown: str) -> list[tuple[str, str]]:
    """Call and outcome of each exchange in the timeline, in its order."""
    return [
        (call, outcome)
        for outcome, call in re.findall(r'data-outcome="([\w-]+)" data-call="(\w+)"', shown)
    ]


def order_of(desk: Served, address: str) -> Order:
    with desk.app.state.desk.database.reading() as session:
        order: Order = session.get_one(Order, address.rpartition("/")[2])
        return order


def return_result(desk: Served, order: Order, status: Status) -> None:
    """A customer's browser brings a rightly signed result."""
    result = signed_result(SHOP, order.order_id, status, "20261124140322", PASSWORD)
    answer = httpx.post(
        f"{desk.url}/netcash/return",
        content=encode_form(result.pairs()),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200


def page_after_lookup(client: httpx.Client, address: str, outcome: str = "answered") -> str:
    """The order's page once the desk's own lookup, which follows a result, has been answered."""
    until(lambda: ("SearchTradeMulti", outcome) in calls(client.get(address).text))
    return client.get(address).text


def test_an_executed_order_says_its_status_source_and_next_step(
    operator: httpx.Client,
) -> None:
    address = create(operator, Tax="120")
    shown = operator.get(address).text
    assert hooks(shown) == {
        "status": "REQSUCCESS",
        "source": "exec",
        "next-step": "send-customer",
        "environment": "sandbox",
    }
    assert calls(shown) == [("EntryTranNetcash", "answered"), ("ExecTranNetcash", "answered")]
    assert "¥1,320" in shown
    assert shown.count('data-call="') == 2


def test_a_registered_order_is_executed_by_its_button(operator: httpx.Client) -> None:
    address = create(operator, action="register")
    assert hooks(operator.get(address).text)["next-step"] == "execute"
    assert act(operator, address, "executions").headers["location"] == address
    assert hooks(operator.get(address).text)["status"] == "REQSUCCESS"


def test_a_broken_answer_leaves_the_order_unknown_and_repeating_locked(
    operator: httpx.Client,
) -> None:
    address = create(operator, "-drop")
    shown = operator.get(address).text
    assert hooks(shown)["status"] == "unknown"
    assert hooks(shown)["next-step"] == "ask-gateway"
    assert "no answer to ExecTran · since" in shown
    assert "Answer cut off" in shown
    assert "A lookup has to answer first." in shown
    assert 'data-locked="execute"' in shown
    refused = act(operator, address, "executions")
    assert refused.status_code == 409
    assert "A lookup has to answer first." in refused.text


def test_a_lost_token_ends_in_a_new_number(operator: httpx.Client) -> None:
    address = create(operator, "-drop")
    act(operator, address, "lookups")
    shown = operator.get(address).text
    assert hooks(shown)["status"] == "REQSUCCESS"
    assert hooks(shown)["next-step"] == "new-order-id"
    link = re.search(r'href="(/orders/new\?after=\w+)"', shown)
    assert link
    assert "-drop-1" in operator.get(link[1]).text


def test_a_call_without_effect_is_executed_again_after_a_lookup(operator: httpx.Client) -> None:
    address = create(operator, "-http500")
    act(operator, address, "lookups")
    shown = operator.get(address).text
    assert (hooks(shown)["status"], hooks(shown)["source"]) == ("UNPROCESSED", "lookup")
    assert hooks(shown)["next-step"] == "execute-again"
    assert [call for call, _ in calls(shown)] == [Call.ENTRY, Call.EXEC, Call.SEARCH]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "service is suspended"), ("ja", "サービスは止められています")],
)
def test_a_refusal_is_explained_in_words(desk: Served, language: str, sentence: str) -> None:
    with closing(desk.client()) as client:
        client.headers["Accept-Language"] = language
        shown = client.get(create(client, "-refuse")).text
    assert "NC2000005" in shown
    assert sentence in shown


def test_a_number_used_elsewhere_is_told_and_the_next_one_offered(
    desk: Served, operator: httpx.Client
) -> None:
    body = f"ShopID={SHOP}&ShopPass={PASSWORD}&OrderID=TAKEN-1&Amount=5"
    assert "AccessID" in httpx.post(f"{desk.url}/sandbox{Call.ENTRY.path}", content=body).text
    address = create(operator, OrderID="TAKEN-1")
    shown = operator.get(address).text
    assert hooks(shown)["next-step"] == "new-order-id"
    assert "M01004010" in shown
    assert calls(shown) == [("EntryTranNetcash", "protocol-error")]


def test_a_verified_result_moves_the_order_to_reported(
    desk: Served, operator: httpx.Client
) -> None:
    address = create(operator)
    return_result(desk, order_of(desk, address), Status.PAYSUCCESS)
    shown = operator.get(address).text
    assert (hooks(shown)["status"], hooks(shown)["source"]) == ("PAYSUCCESS", "callback")
    assert hooks(shown)["money"] == "reported"
    assert 'data-verdict="verified"' in shown


def test_a_conflict_shows_both_sides_and_is_settled_with_a_reason(
    desk: Served, operator: httpx.Client
) -> None:
    address = create(operator, action="register")
    return_result(desk, order_of(desk, address), Status.PAYSUCCESS)
    shown = page_after_lookup(operator, address)
    assert hooks(shown)["status"] == "UNPROCESSED"
    assert "we never requested a payment" in shown
    assert act(operator, address, "executions").status_code == 409
    unreasoned = act(operator, address, "settlements", believe="keep")
    assert unreasoned.status_code == 422
    assert 'data-error-for="Reason"' in unreasoned.text
    undecided = act(operator, address, "settlements", Reason="asked the shop")
    assert 'data-error-for="believe"' in undecided.text
    assert "asked the shop" in undecided.text
    assert act(operator, address, "settlements", believe="keep", Reason="a test").is_redirect
    settled = operator.get(address).text
    assert "The conflict was settled" in settled
    assert "a test" in settled
    assert 'id="settle"' not in settled


def test_a_result_of_an_order_that_the_gateway_does_not_know_is_a_conflict_without_a_source(
    desk: Served, operator: httpx.Client
) -> None:
    """The sandbox's password is public: anybody may sign a result for a number that never was."""
    never = Order(shop_key="", environment=Environment.SANDBOX, order_id=f"NEVER{next(_numbers)}")
    return_result(desk, never, Status.PAYSUCCESS)
    address = operator.get(f"/orders?q={never.order_id}").headers["location"]
    shown = page_after_lookup(operator, address, "protocol-error")
    assert hooks(shown) == {
        "status": "unknown",
        "next-step": "settle-conflict",
        "environment": "sandbox",
    }
    assert "the gateway does not know this order" in shown
    assert "No such OrderID at the gateway" in shown
    both_sides = shown[shown.index('class="sides"') :]
    assert both_sides.index('data-status="PAYSUCCESS"') < both_sides.index("No such OrderID")
    assert act(operator, address, "settlements", believe="keep", Reason="not ours").is_redirect
    assert hooks(operator.get(address).text)["next-step"] == "nothing"
    assert never.order_id not in operator.get("/orders?env=sandbox&status=attention").text


def test_no_secret_stands_on_the_page(desk: Served, operator: httpx.Client) -> None:
    address = create(operator)
    act(operator, address, "lookups")
    order, shown = order_of(desk, address), operator.get(address).text
    assert order.access_pass
    assert order.token
    assert order.access_id
    assert order.access_id in shown
    for secret in (PASSWORD, order.access_pass, order.token):
        assert secret not in shown
    assert "••••" in shown


def test_a_payment_link_is_shown_as_a_code_that_the_policy_lets_pass(
    operator: httpx.Client,
) -> None:
    address = create(operator)
    answer = act(operator, address, "launches", then="show")
    assert answer.headers["location"] == f"{address}#launch"
    shown = operator.get(address).text
    assert "<svg viewBox" in shown
    assert "style=" not in shown
    assert re.search(r'data-copy="http://[\w.:]+/pay/[\w-]+"', shown)


def test_a_payment_page_at_another_host_says_what_happened_and_what_can_be_done(
    desk: Served, operator: httpx.Client
) -> None:
    address = create(operator)
    with desk.app.state.desk.database.writing() as session:
        order = session.get_one(Order, address.rpartition("/")[2])
        order.start_url = "https://elsewhere.example/start"
    shown = operator.get(address).text
    assert hooks(shown)["next-step"] == "check-address"
    assert "Check the gateway&#39;s address" in shown
    assert "no customer is sent there" in shown
    assert "<code>https://elsewhere.example</code>" in shown
    assert f'href="/settings/shops/{order.shop_key}"' in shown
    assert act(operator, address, "launches").status_code == 409
    japanese = operator.get(address, headers={"Accept-Language": "ja"}).text
    assert "接続先 URL を確認してください" in japanese
    act(operator, address, "lookups")
    assert hooks(operator.get(address).text)["next-step"] == "new-order-id"


def test_a_viewer_reads_everything_and_can_do_nothing(desk: Served, operator: httpx.Client) -> None:
    address = create(operator)
    with closing(desk.client(VIEWER)) as viewer:
        shown = viewer.get(address).text
        assert 'data-call="ExecTranNetcash"' in shown
        assert f'action="{address}' not in shown
        for noun in ("registrations", "executions", "launches", "settlements", "lookups"):
            assert act(viewer, address, noun).status_code == 403


def test_an_unknown_order_is_not_there(operator: httpx.Client) -> None:
    address = f"/orders/{'0' * 32}"
    assert operator.get(address).status_code == 404
    for noun in ("registrations", "executions", "launches", "settlements", "lookups"):
        assert act(operator, address, noun).status_code == 404


def test_an_interrupted_call_reads_as_unanswered(desk: Served, operator: httpx.Client) -> None:
    address = create(operator)
    with desk.app.state.desk.database.writing() as session:
        last: Exchange = exchanges_of(session, address.rpartition("/")[2])[-1]
        last.outcome, last.detail, last.answer = "no-answer", "interrupted", None
        session.add(last)
    shown = operator.get(address).text
    assert "This desk was stopped while it waited." in shown
    assert "No byte of an answer was kept." in shown
