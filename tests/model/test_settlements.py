"""What a person's word about a conflict does: a lost trade, a word too early, another currency."""

from __future__ import annotations

from datetime import timedelta

from app.desk.actions import Action, LockReason, NextStep
from app.protocol.wire import jst_stamp
from app.records.orders import Conflict
from tests.model.cast import (
    OURS,
    Customer,
    Gatekeeper,
    Operator,
    OtherSystem,
    desk_asks,
    requested,
)
from tests.model.gateway import Result, State, Yen, signed
from tests.model.line import Fate
from tests.model.world import World

LATER = timedelta(minutes=2)
"""When a call that went unanswered can no longer be at work."""


def taken_over(
    operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper, price: Yen = OURS
) -> str:
    """Our registered trade is lost, and another system has registered its number."""
    operator.opens("A1")
    operator.registers("A1")
    gatekeeper.loses(gatekeeper.trade("A1"))
    other.registers("A1", price)
    operator.looks_up("A1")
    return "A1"


def test_another_trade_under_our_number_is_a_conflict_and_can_be_adopted(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    order_id = taken_over(operator, other, gatekeeper)
    assert world.order(order_id).conflict is Conflict.FOREIGN
    operator.settles(order_id, "lookup")
    assert world.order(order_id).access_id == gatekeeper.trade(order_id).access_id
    assert world.decision(order_id).next_step is NextStep.EXECUTE
    operator.executes(order_id)
    assert world.order(order_id).status == State.REQSUCCESS


def test_another_trade_over_another_amount_is_never_executed(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    order_id = taken_over(operator, other, gatekeeper, Yen(500, 80))
    operator.settles(order_id, "lookup")
    decision = world.decision(order_id)
    assert decision.next_step is NextStep.NEW_ORDER_ID
    assert Action.EXECUTE in decision.locked


def test_another_trade_under_our_number_is_named_again_while_the_gateway_says_so(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    order_id = taken_over(operator, other, gatekeeper)
    operator.settles(order_id, "keep")
    assert world.order(order_id).conflict is None
    operator.looks_up(order_id)
    assert world.order(order_id).conflict is Conflict.FOREIGN


def test_an_adopted_trade_that_its_owner_executes_has_a_token_elsewhere(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    operator.executes("A1", Fate.ANSWER_LOST)
    gatekeeper.loses(gatekeeper.trade("A1"))
    other.registers("A1")
    other.executes(gatekeeper.trade("A1"))
    operator.looks_up("A1")
    operator.settles("A1", "lookup")
    decision = world.decision("A1")
    assert decision.next_step is not NextStep.NEW_ORDER_ID
    assert decision.locked[Action.NEW_NUMBER].reason is LockReason.EXECUTED_ELSEWHERE


def test_a_lookup_asked_while_a_call_may_be_at_work_frees_nothing_that_a_person_believes(
    world: World, operator: Operator, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    gatekeeper.loses(gatekeeper.trade("A1"))
    operator.executes("A1", Fate.REQUEST_LOST)
    operator.looks_up("A1")
    assert world.decision("A1").next_step is NextStep.WAIT_UNTIL_DUE
    operator.settles("A1", "lookup")
    assert world.order("A1").conflict is Conflict.STATUS
    world.passes(LATER)
    assert world.decision("A1").next_step is NextStep.ASK_GATEWAY
    operator.looks_up("A1")
    operator.settles("A1", "lookup")
    assert Action.REGISTER in world.decision("A1").possible


def test_the_hour_after_a_settlement_counts_from_the_last_lookup_that_may_have_arrived(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    other.executes(gatekeeper.trade("A1"))
    operator.looks_up("A1")
    world.passes(LATER)
    operator.looks_up("A1", Fate.ANSWER_LOST)
    last = world.line.sent[-1]
    assert last.unanswered
    world.passes(timedelta(minutes=30))
    operator.settles("A1", "lookup")
    due = world.order("A1").lookup_due_at
    assert due is not None
    assert timedelta(minutes=59) <= due - last.at <= timedelta(minutes=61)


def test_what_is_believed_of_another_currency_is_not_confirmed(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    trade.currency = "USD"
    assert trade.token
    customer.brings(customer.pays(trade.token))
    desk_asks(world)
    operator.looks_up(order_id)
    operator.settles(order_id, "lookup")
    assert (world.order(order_id).conflict, world.order(order_id).money) == (None, "reported")
    operator.looks_up(order_id)
    assert world.order(order_id).money == "reported"


def test_a_lookup_that_never_left_takes_nothing_from_the_hour_of_the_one_before(
    world: World, operator: Operator
) -> None:
    order_id = requested(operator)
    operator.looks_up(order_id)
    asked = world.line.sent[-1]
    world.passes(LATER)
    operator.looks_up(order_id, Fate.NEVER_LEFT)
    due = world.order(order_id).lookup_due_at
    assert due is not None
    assert due - asked.at >= timedelta(minutes=59)


def test_what_a_person_believed_gives_no_leave_to_ask_sooner_after_a_lookup_that_never_left(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    other.executes(gatekeeper.trade("A1"))
    operator.looks_up("A1")
    asked = world.line.sent[-1]
    operator.settles("A1", "lookup")
    operator.looks_up("A1", Fate.NEVER_LEFT)
    due = world.order("A1").lookup_due_at
    assert due is not None
    assert timedelta(minutes=59) <= due - asked.at <= timedelta(minutes=61)


def test_a_lookup_that_never_left_is_tried_again_soon_where_none_has_asked_before(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    operator.looks_up(order_id)
    token = gatekeeper.trade(order_id).token
    assert token
    customer.brings(customer.pays(token))
    desk_asks(world, Fate.NEVER_LEFT)
    world.passes(LATER)
    desk_asks(world)
    assert world.order(order_id).money == "confirmed"


def test_another_amount_named_in_another_conflict_outlives_the_lookup_that_is_believed(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    trade.price = Yen(500, 80)
    assert trade.token
    customer.brings(customer.cancels(trade.token))
    customer.brings(gatekeeper.finds_money(trade))
    operator.looks_up(order_id)
    assert world.order(order_id).conflict is Conflict.STATUS
    operator.settles(order_id, "lookup")
    assert world.order(order_id).conflict is Conflict.AMOUNT
    operator.settles(order_id, "lookup")
    assert (world.order(order_id).conflict, world.order(order_id).money) == (None, "reported")


def test_another_amount_named_in_another_conflict_outlives_the_claim_that_is_kept(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    trade.price = Yen(500, 80)
    assert trade.token
    customer.brings(customer.pays(trade.token))
    world.passes(LATER)
    later = jst_stamp(world.clock.now())
    failure = Result(order_id, State.PAYFAIL, signed(order_id, State.PAYFAIL, later))
    customer.brings(failure)
    operator.looks_up(order_id)
    assert world.order(order_id).conflict is Conflict.STATUS
    operator.settles(order_id, "keep")
    assert world.order(order_id).conflict is Conflict.AMOUNT


def test_a_payment_before_the_failure_that_stands_is_asked_about(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    assert trade.token
    payment = customer.pays(trade.token)
    trade.becomes(State.EXPIRED, world.clock.now())
    operator.looks_up(order_id)
    assert world.order(order_id).status == State.EXPIRED
    trade.becomes(State.PAYSUCCESS, world.clock.now())
    customer.brings(payment)
    assert world.order(order_id).conflict is None
    assert world.decision(order_id).next_step is NextStep.ASK_GATEWAY
    desk_asks(world)
    assert world.order(order_id).conflict is Conflict.STATUS


def test_a_lookup_of_our_own_trade_that_is_believed_leaves_us_its_token(
    world: World, operator: Operator, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    gatekeeper.trade(order_id).price = Yen(500, 80)
    operator.looks_up(order_id)
    assert world.order(order_id).conflict is Conflict.AMOUNT
    operator.settles(order_id, "lookup")
    assert Action.LAUNCH in world.decision(order_id).possible


def test_a_call_that_went_unanswered_stays_so_when_another_trade_is_not_believed(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    operator.executes("A1", Fate.REQUEST_LOST)
    gatekeeper.loses(gatekeeper.trade("A1"))
    other.registers("A1")
    world.passes(LATER)
    operator.looks_up("A1")
    operator.settles("A1", "keep")
    assert world.decision("A1").next_step is NextStep.ASK_GATEWAY


def test_an_amount_that_a_later_lookup_has_put_right_is_no_conflict_any_more(
    world: World, operator: Operator, customer: Customer, gatekeeper: Gatekeeper
) -> None:
    order_id = requested(operator)
    trade = gatekeeper.trade(order_id)
    assert trade.token
    customer.brings(customer.pays(trade.token))
    world.passes(LATER)
    later = jst_stamp(world.clock.now())
    customer.brings(Result(order_id, State.PAYFAIL, signed(order_id, State.PAYFAIL, later)))
    trade.price = Yen(500, 80)
    operator.looks_up(order_id)
    trade.price = OURS
    operator.looks_up(order_id)
    operator.settles(order_id, "lookup")
    assert (world.order(order_id).conflict, world.order(order_id).money) == (None, "confirmed")


def test_what_was_refused_of_the_trade_before_is_not_held_against_an_adopted_one(
    world: World, operator: Operator, other: OtherSystem, gatekeeper: Gatekeeper
) -> None:
    operator.opens("A1")
    operator.registers("A1")
    gatekeeper.loses(gatekeeper.trade("A1"))
    other.registers("A1")
    operator.executes("A1")
    operator.executes("A1")
    operator.looks_up("A1")
    operator.settles("A1", "lookup")
    assert world.decision("A1").next_step is NextStep.EXECUTE_AGAIN
