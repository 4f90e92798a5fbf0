"""The model answers as the notes on the interface say, and its line does what a fate says."""

from __future__ import annotations

import hashlib

import pytest

from app.protocol.calls import Call
from app.protocol.wire import encode_answer, split_form
from tests.model.cast import Customer, Gatekeeper, Operator, OtherSystem
from tests.model.clock import Clock
from tests.model.gateway import SHOP_ID, SHOP_PASS, TERM, Gateway, State, Trade
from tests.model.line import Fate
from tests.model.world import World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway(clock: Clock) -> Gateway:
    return Gateway(clock.now, "https://gateway.example/start")


def ask(gateway: Gateway, call: Call, order_id: str = "A1", **values: str) -> dict[str, str]:
    shop = {"ShopID": SHOP_ID, "ShopPass": SHOP_PASS, "OrderID": order_id}
    answer = gateway.answer(call, encode_answer((shop | values).items()))
    return {name.decode(): value.decode() for name, value in split_form(answer)}


def register(gateway: Gateway) -> Trade:
    ask(gateway, Call.ENTRY, Amount="1000", Tax="80")
    return gateway.trades["A1"]


def execute(gateway: Gateway, trade: Trade) -> dict[str, str]:
    access = {"AccessID": trade.access_id, "AccessPass": trade.access_pass}
    return ask(gateway, Call.EXEC, trade.order_id, **access)


def token_of(gateway: Gateway) -> str:
    trade = register(gateway)
    execute(gateway, trade)
    assert trade.token
    return trade.token


def test_a_number_is_registered_once(gateway: Gateway) -> None:
    register(gateway)
    assert ask(gateway, Call.ENTRY, Amount="1000")["ErrInfo"] == "M01004010"


def test_a_number_that_nobody_has_registered_is_unknown(gateway: Gateway) -> None:
    assert ask(gateway, Call.SEARCH)["ErrInfo"] == "M01004002"


def test_another_shops_password_is_refused(gateway: Gateway) -> None:
    register(gateway)
    assert ask(gateway, Call.SEARCH, ShopPass="guessed")["ErrInfo"] == "M01002002"


def test_a_trade_is_executed_once_with_its_own_access(gateway: Gateway) -> None:
    trade = register(gateway)
    assert ask(gateway, Call.EXEC, AccessID="0", AccessPass="0")["ErrInfo"] == "M01058002"
    assert execute(gateway, trade)["AccessID"] == trade.access_id
    assert execute(gateway, trade)["ErrInfo"] == "M01004014"
    assert trade.token
    gateway.cancel(trade.token)
    assert execute(gateway, trade)["ErrInfo"] == "M01054004"


def test_a_trade_expires_when_its_term_is_over(gateway: Gateway, clock: Clock) -> None:
    token = token_of(gateway)
    clock.passes(TERM)
    assert not gateway.start(token)
    assert ask(gateway, Call.SEARCH)["Status"] == State.EXPIRED


def test_a_result_is_signed_over_its_values_and_the_password(gateway: Gateway) -> None:
    values = dict(split_form(gateway.pay(token_of(gateway)).body))
    covered = b"".join(values[name] for name in (b"ShopID", b"OrderID", b"Status", b"TranDate"))
    signature = hashlib.md5(covered + SHOP_PASS.encode()).hexdigest()
    assert values[b"CheckString"].decode() == signature
    assert gateway.paid("A1") == (1000, 80)


@pytest.mark.parametrize("fate", list(Fate))
def test_what_befalls_a_call_decides_whether_it_is_done(
    world: World, operator: Operator, fate: Fate
) -> None:
    operator.opens("A1")
    operator.registers("A1", fate)
    done = any(word in fate.value for word in ("is done", "is answered", "and done"))
    world.clock.passes(TERM)
    world.line.arrive()
    assert ("A1" in world.gateway.trades) is done


def test_another_system_shares_the_trades(
    world: World, other: OtherSystem, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    other.registers("A1")
    customer.pays(other.executes(gatekeeper.trade("A1")))
    other.looks_up("A1")
    assert [one.call for one in world.gateway.arrivals] == [Call.ENTRY, Call.EXEC, Call.SEARCH]
    assert world.gateway.paid("A1")
