"""Re-checks: the lookups that the desk asks for by itself, and how seldom."""

from datetime import timedelta

import pytest

from app.desk.actions import NextStep
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.statuses import Status
from app.records.exchanges import Purpose
from app.records.orders import Order, Source
from app.records.shops import Confirmation, Shop
from tests.desk.conftest import Stage, both_drained, entered, executed, found, refused, staged
from tests.postgresql import free_port

pytestmark = pytest.mark.anyio

HOUR = timedelta(minutes=60)


async def reported(stage: Stage, policy: Confirmation = Confirmation.AT_ONCE) -> Order:
    """An order that a verified callback has reported as paid."""
    order = await stage.requested()
    with stage.desk.database.writing() as session:
        session.get_one(Shop, order.shop_key).confirmation = policy
        word = StatusReport(Source.CALLBACK, Status.PAYSUCCESS)
        apply_report(session, session.get_one(Order, order.id), word, Terms(policy))
    return stage.order(order)


def asked(stage: Stage, order: Order) -> list[Purpose]:
    """What was asked about the order by the desk itself."""
    return [one.purpose for one in stage.exchanges(order) if one.purpose != Purpose.OPERATOR]


async def test_a_reported_payment_is_confirmed_at_once_and_only_once(any_stage: Stage) -> None:
    order = await reported(any_stage)
    any_stage.says(found("PAYSUCCESS"))
    assert await LookupScheduler(any_stage.desk).drain() == 1
    assert any_stage.order(order).money == "confirmed"
    any_stage.time_passes(2 * HOUR)
    assert await LookupScheduler(any_stage.desk).drain() == 0
    assert asked(any_stage, order) == [Purpose.CONFIRM]


async def test_one_that_never_left_leaves_alone_the_hour_of_the_one_that_moved_the_claim(
    stage: Stage,
) -> None:
    order = await stage.requested()
    await stage.look_up(order, found("PAYSTART"), reason="asked by phone")
    stage.moves_to(f"http://127.0.0.1:{free_port()}")
    await stage.look_up(order, reason="asked once more")
    stage.time_passes(HOUR - timedelta(minutes=1))
    assert await LookupScheduler(stage.desk).drain() == 0


async def test_one_that_never_left_leaves_alone_the_hour_of_one_asked_before_the_order_was_sent(
    stage: Stage,
) -> None:
    order = stage.open()
    await stage.look_up(order, refused("M01004002"), reason="asked by phone")
    await stage.register(order, entered(order.order_id))
    await stage.execute(stage.order(order), executed(stage.start_url))
    stage.moves_to(f"http://127.0.0.1:{free_port()}")
    await stage.look_up(order, reason="asked once more")
    stage.time_passes(HOUR - timedelta(minutes=1))
    assert await LookupScheduler(stage.desk).drain() == 0


async def test_a_shop_may_confirm_an_hour_later(any_stage: Stage) -> None:
    order = await reported(any_stage, Confirmation.AFTER_AN_HOUR)
    assert await LookupScheduler(any_stage.desk).drain() == 0
    any_stage.time_passes(HOUR)
    any_stage.says(found("PAYSUCCESS"))
    assert await LookupScheduler(any_stage.desk).drain() == 1
    assert any_stage.order(order).money == "confirmed"


async def test_a_shop_may_leave_it_to_people(any_stage: Stage) -> None:
    order = await reported(any_stage, Confirmation.NEVER)
    any_stage.time_passes(5 * HOUR)
    assert await LookupScheduler(any_stage.desk).drain() == 0
    assert any_stage.order(order).money == "reported"


@pytest.mark.parametrize("policy", [Confirmation.AT_ONCE, Confirmation.AFTER_AN_HOUR])
async def test_a_confirmation_that_goes_unanswered_is_tried_again_an_hour_later(
    any_stage: Stage, policy: Confirmation
) -> None:
    order = await reported(any_stage, policy)
    any_stage.time_passes(HOUR)
    any_stage.says()
    assert await LookupScheduler(any_stage.desk).drain() == 1
    assert await LookupScheduler(any_stage.desk).drain() == 0
    any_stage.time_passes(HOUR)
    any_stage.says(found("PAYSUCCESS"))
    assert await LookupScheduler(any_stage.desk).drain() == 1
    assert any_stage.order(order).money == "confirmed"


async def test_a_gateway_that_lags_is_asked_again_an_hour_later_whatever_the_hour_of_the_policy(
    stage: Stage,
) -> None:
    order = await reported(stage, Confirmation.AFTER_AN_HOUR)
    stage.time_passes(HOUR)
    stage.says(found("PAYSTART"))
    assert await LookupScheduler(stage.desk).drain() == 1
    assert stage.decision(order).due_at == stage.order(order).lookup_due_at
    stage.time_passes(HOUR)
    stage.says(found("PAYSUCCESS"))
    assert await LookupScheduler(stage.desk).drain() == 1
    assert stage.order(order).money == "confirmed"


async def test_two_processes_ask_once(any_stage: Stage) -> None:
    order = await reported(any_stage)
    async with staged(any_stage.desk.database, any_stage.gateway) as other:
        assert await both_drained(any_stage, other, found("PAYSUCCESS")) == 1
    assert asked(any_stage, order) == [Purpose.CONFIRM]


async def test_silence_is_left_to_people_for_an_hour(any_stage: Stage) -> None:
    order = await any_stage.registered()
    silent = await any_stage.execute(order)
    assert silent.executed_at
    assert silent.lookup_due_at == silent.executed_at + HOUR
    assert any_stage.decision(order).next_step is NextStep.ASK_GATEWAY
    assert await LookupScheduler(any_stage.desk).drain() == 0
    any_stage.time_passes(HOUR)
    any_stage.says(found("REQSUCCESS"))
    assert await LookupScheduler(any_stage.desk).drain() == 1
    assert asked(any_stage, order) == [Purpose.RECHECK]


async def test_an_order_under_way_is_asked_about_hourly_until_it_is_final(
    any_stage: Stage,
) -> None:
    order = await any_stage.registered()
    await any_stage.execute(order, executed(any_stage.start_url))
    for status in ("PAYSTART", "EXPIRED"):
        assert await LookupScheduler(any_stage.desk).drain() == 0
        any_stage.time_passes(HOUR)
        any_stage.says(found(status))
        assert await LookupScheduler(any_stage.desk).drain() == 1
    any_stage.time_passes(HOUR)
    assert await LookupScheduler(any_stage.desk).drain() == 0
    assert any_stage.order(order).status == "EXPIRED"
