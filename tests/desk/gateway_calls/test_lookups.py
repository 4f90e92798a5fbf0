"""Asking the gateway: the 60-minute rule, its exemptions, and orders not made here."""

import asyncio
from datetime import timedelta

import pytest

from app.desk.actions import LockReason, NotPossible
from app.desk.gateway_calls.lookups import ReasonNeeded, look_up
from app.protocol.messages import InvalidMessage
from app.records.orders import Origin, Source
from tests.desk.conftest import Stage, found, refused

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]

HOUR = timedelta(minutes=60)


async def test_a_second_lookup_within_an_hour_needs_a_reason_which_is_recorded(
    any_stage: Stage,
) -> None:
    order = await any_stage.look_up(await any_stage.requested(), found("REQSUCCESS"))
    asked_at = any_stage.exchanges(order)[-1].asked_at
    for reason in (None, "", "  "):
        with pytest.raises(ReasonNeeded) as refusal:
            await any_stage.look_up(order, found("REQSUCCESS"), reason=reason)
        assert refusal.value.due_at == asked_at + HOUR
    await any_stage.look_up(order, found("REQSUCCESS"), reason="the customer is on the phone")
    exchanges = any_stage.exchanges(order)
    assert exchanges[-1].reason == "the customer is on the phone"
    assert len(exchanges) == 4


async def test_an_hour_later_none_is_needed(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), found("REQSUCCESS"))
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSTART"))
    assert order.status == "PAYSTART"


async def test_the_rule_holds_for_numbers_that_are_no_order_here(stage: Stage) -> None:
    await stage.ask("B1", refused("M01004002"))
    with pytest.raises(ReasonNeeded):
        await stage.ask("B1", refused("M01004002"))
    assert stage.order_numbered("B1") is None


async def test_a_lookup_whose_answer_was_lost_counts_and_one_that_was_refused_does_not(
    stage: Stage,
) -> None:
    await stage.ask("B1", refused("E92000001"))
    lost = await stage.ask("B1")
    assert lost.outcome == "no-answer"
    with pytest.raises(ReasonNeeded):
        await stage.ask("B1", found("REQSUCCESS"))


async def test_two_lookups_of_one_number_are_never_under_way_at_once(any_stage: Stage) -> None:
    held = asyncio.Event()
    any_stage.says(held, found("REQSUCCESS"))
    calls = [look_up(any_stage.desk, any_stage.actor, any_stage.shop, "B1") for _ in range(8)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    held.set()
    locked = [result for result in results if isinstance(result, NotPossible)]
    assert len(locked) == 7
    assert {refusal.lock.reason for refusal in locked} == {LockReason.ANSWER_PENDING}
    await asyncio.gather(*(result[1] for result in results if isinstance(result, tuple)))
    assert len(any_stage.gateway.requests) == 1


async def test_an_order_found_that_was_not_made_here_becomes_one_with_its_origin(
    any_stage: Stage,
) -> None:
    await any_stage.ask("ML-ORDER-1", refused("M01004002"))
    exchange = await any_stage.ask("ML-ORDER-1", found("PAYSUCCESS"), reason="once more")
    order = any_stage.order_numbered("ML-ORDER-1")
    assert order is not None
    assert (order.origin, order.status, order.source) == (
        Origin.LOOKUP,
        "PAYSUCCESS",
        Source.LOOKUP,
    )
    assert (order.amount, order.said_amount, order.said_tax) == (None, 1000, 80)
    # Its password would serve nothing but an execution that is not ours to send.
    assert (order.access_id, order.access_pass) == ("a" * 32, None)
    assert (order.confirmed_at, exchange.order_key) == (None, order.id)
    assert len(any_stage.exchanges(order)) == 2


async def test_a_number_the_gateway_would_refuse_is_not_asked_for(stage: Stage) -> None:
    with pytest.raises(InvalidMessage):
        await stage.ask("B_1", found("PAYSUCCESS"))
    assert stage.gateway.requests == []


async def test_figures_of_ten_digits_are_kept(any_stage: Stage) -> None:
    await any_stage.ask("B1", found("REQSUCCESS", 9_999_999_999))
    order = any_stage.order_numbered("B1")
    assert order is not None
    assert order.said_amount == 9_999_999_999
