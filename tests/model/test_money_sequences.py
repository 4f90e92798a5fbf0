"""Twelve ways in which the desk has led people wrong about money, and where each should end.

F1 to F12 are the numbers of the finding that told them. Whoever mends one removes its mark.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.desk.actions import Action, LockReason, NextStep
from app.desk.callbacks import CustomerMessage
from app.protocol.calls import Call
from app.records.orders import Conflict
from app.web.presentation.conflicts import conflict_words
from tests.model.cast import (
    Customer,
    Forger,
    Gatekeeper,
    Operator,
    OtherSystem,
    desk_asks,
    requested,
)
from tests.model.dutiful import DutifulOperator
from tests.model.gateway import State, Yen
from tests.model.line import Fate
from tests.model.world import DESK, World

HOUR = timedelta(minutes=61)
LATER = timedelta(minutes=2)
"""When a call that went unanswered can no longer be at work."""


def known(number: str, why: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A fault that stands. A test that passes in spite of it fails: then the mark goes."""
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=f"{number}: {why}")


def test_a_conflict_that_was_kept_does_not_end_the_lookups(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    gatekeeper.loses(trade)
    operator.looks_up(order_id)
    operator.settles(order_id, "keep")
    assert world.order(order_id).lookup_due_at is not None
    gatekeeper.finds_again(trade)
    assert trade.token
    customer.pays(trade.token)
    world.passes(HOUR)
    desk_asks(world)
    assert world.order(order_id).money == "confirmed"


def test_a_foreign_trade_that_is_paid_after_all_is_a_conflict_again(
    world: World, operator: Operator, customer: Customer, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1", Fate.BUSY)
    other.registers("A1")
    operator.looks_up("A1")
    assert world.order("A1").conflict is Conflict.FOREIGN
    operator.settles("A1", "keep")
    customer.pays(other.executes(gatekeeper.trade("A1")))
    operator.looks_up("A1")
    assert world.order("A1").conflict is Conflict.FOREIGN
    assert world.decision("A1").next_step is NextStep.SETTLE_CONFLICT


def test_a_failure_under_which_money_may_have_moved_is_being_confirmed(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    token = gatekeeper.trade(order_id).token
    assert token
    result = customer.cancels(token, "NC2000001")
    assert customer.brings(result) is CustomerMessage.BEING_CONFIRMED
    assert Action.NEW_NUMBER in world.decision(order_id).locked
    desk_asks(world)
    assert Action.NEW_NUMBER in world.decision(order_id).possible


def test_a_trade_that_another_system_executed_can_still_be_paid(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    other.executes(gatekeeper.trade("A1"))
    operator.executes("A1")
    world.passes(LATER)
    operator.looks_up("A1")
    decision = world.decision("A1")
    assert decision.next_step is not NextStep.NEW_ORDER_ID
    assert Action.NEW_NUMBER in decision.locked
    assert world.order("A1").lookup_due_at is not None


def test_another_amount_is_a_conflict_however_the_one_before_it_ended(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    trade.price = Yen(500, 80)
    assert trade.token
    customer.brings(customer.cancels(trade.token))
    customer.brings(gatekeeper.finds_money(trade))
    assert world.order(order_id).conflict is Conflict.STATUS
    desk_asks(world)
    operator.settles(order_id, "lookup")
    operator.looks_up(order_id)
    assert world.order(order_id).conflict is Conflict.AMOUNT


def test_a_number_that_is_somebody_elses_stays_so_when_a_lookup_goes_unanswered(
    world: World, operator: Operator, other: OtherSystem
) -> None:
    operator.opens("A1")
    other.registers("A1", Yen(500, 80))
    operator.registers("A1", Fate.BUSY)
    operator.looks_up("A1")
    operator.settles("A1", "keep")
    operator.looks_up("A1", Fate.ANSWER_LOST)
    decision = world.decision("A1")
    assert decision.next_step is NextStep.NEW_ORDER_ID
    assert Action.REGISTER in decision.locked


def test_a_value_that_the_gateway_refuses_need_not_be_sent_again(
    world: World, operator: Operator
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    operator.executes("A1", Fate.VALUE_REFUSED)
    operator.looks_up("A1")
    decision = world.decision("A1")
    assert decision.next_step is not NextStep.EXECUTE_AGAIN
    assert Action.NEW_NUMBER in decision.possible


def test_a_start_page_at_another_host_is_no_place_to_send_a_customer(
    world: World, operator: Operator
) -> None:
    world.gateway.start_url = "https://elsewhere.example/payment/NetCashStart.idPass"
    order_id = requested(operator)
    assert operator.sends_customer(order_id) is None
    assert world.decision(order_id).next_step is not NextStep.SEND_CUSTOMER


def test_a_token_that_no_customer_can_be_sent_with_is_given_up_after_a_lookup(
    world: World, operator: Operator
) -> None:
    world.gateway.start_url = "https://elsewhere.example/payment/NetCashStart.idPass"
    order_id = requested(operator)
    decision = world.decision(order_id)
    assert decision.next_step is NextStep.CHECK_ADDRESS
    assert decision.locked[Action.NEW_NUMBER].reason is LockReason.START_ELSEWHERE
    operator.looks_up(order_id)
    assert world.decision(order_id).next_step is NextStep.NEW_ORDER_ID
    assert Action.NEW_NUMBER in world.decision(order_id).possible


def test_a_start_page_that_somebody_has_opened_elsewhere_can_still_be_paid_on(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    world.gateway.start_url = "https://elsewhere.example/payment/NetCashStart.idPass"
    order_id = requested(operator)
    token = gatekeeper.trade(order_id).token
    assert token
    customer.leaves(token)
    operator.looks_up(order_id)
    decision = world.decision(order_id)
    assert decision.next_step is NextStep.WAIT_FOR_CUSTOMER
    assert Action.NEW_NUMBER in decision.locked


def test_an_access_that_the_gateway_refuses_leads_to_an_end(
    operator: Operator, dutiful: DutifulOperator, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    gatekeeper.trade("A1").access_pass = "f" * 32
    operator.executes("A1")
    assert dutiful.steps_to_the_end("A1") is not None


def test_a_trade_registered_again_after_the_gateway_lost_it_is_adopted(
    world: World, operator: Operator, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    gatekeeper.loses(gatekeeper.trade("A1"))
    operator.looks_up("A1")
    operator.settles("A1", "lookup")
    operator.registers("A1", Fate.ANSWER_LOST)
    world.passes(LATER)
    operator.looks_up("A1")
    assert world.order("A1").status == State.UNPROCESSED
    assert world.decision("A1").next_step is NextStep.ADOPT_AND_EXECUTE


def test_an_unpaid_trade_that_another_system_executed_is_not_called_paid(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    other.executes(gatekeeper.trade("A1"))
    operator.looks_up("A1")
    dispute = world.dispute("A1")
    assert dispute is not None
    words = conflict_words(dispute)
    assert words.title == "Another system has requested this payment"
    assert "callback" not in words.why


@pytest.mark.parametrize("how", ["wrong", "no", "another"])
def test_a_result_that_does_not_verify_is_a_reason_to_ask(
    world: World, operator: Operator, forger: Forger, how: str
) -> None:
    order_id = requested(operator)
    forger.brings(order_id, State.PAYSUCCESS, how)
    assert world.decision(order_id).next_step is NextStep.ASK_GATEWAY


def test_an_older_failure_does_not_contradict_a_confirmed_payment(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    assert trade.token
    failure = customer.cancels(trade.token)
    customer.brings(gatekeeper.finds_money(trade))
    desk_asks(world)
    assert world.order(order_id).money == "confirmed"
    customer.brings(failure)
    assert world.order(order_id).conflict is None
    assert world.order(order_id).money == "confirmed"


def test_the_same_figures_in_another_currency_confirm_nothing(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    trade.currency = "USD"
    assert trade.token
    customer.brings(customer.pays(trade.token))
    desk_asks(world)
    assert world.order(order_id).money == "reported"


def test_a_persons_lookup_that_may_have_arrived_starts_the_hour(
    world: World, operator: Operator
) -> None:
    order_id = requested(operator)
    world.passes(HOUR)
    operator.looks_up(order_id, Fate.ANSWER_LOST)
    desk_asks(world)
    assert [call.by for call in world.line.sent if call.call is Call.SEARCH].count(DESK) == 0
    world.passes(HOUR)
    desk_asks(world)
    assert world.order(order_id).status == State.EXPIRED
