"""What callbacks and lookups do to a claim, in the tables."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import now
from app.desk.actions import NextStep
from app.desk.orders.transactions import execute
from app.desk.status.updates import StatusReport, Terms, apply_report
from app.protocol.statuses import Status
from app.records.changes import Effect
from app.records.orders import Conflict, Order, Origin, Source
from tests.desk.conftest import Stage, found, refused

pytestmark = pytest.mark.anyio

HOUR = timedelta(minutes=61)
SAID_AT = datetime(2026, 1, 10, 5, 3, 22, tzinfo=UTC)


def called_back(stage: Stage, order: Order, status: Status) -> Effect | None:
    """A verified result is heard."""
    with stage.desk.database.writing() as session:
        fresh = session.get_one(Order, order.id)
        report = StatusReport(Source.CALLBACK, status, said_at=SAID_AT)
        return apply_report(session, fresh, report, Terms(stage.shop.confirmation))


async def test_a_callback_reports_a_lookup_confirms_and_the_claim_keeps_its_source(
    any_stage: Stage,
) -> None:
    order = await any_stage.requested()
    assert called_back(any_stage, order, Status.PAYSUCCESS) is Effect.MOVED
    order = any_stage.order(order)
    assert (order.status, order.source, order.money) == (
        "PAYSUCCESS",
        Source.CALLBACK,
        "reported",
    )
    assert any_stage.decision(order).next_step is NextStep.CONFIRM_BY_LOOKUP
    order = await any_stage.look_up(order, found("PAYSUCCESS"))
    assert (order.source, order.money) == (Source.CALLBACK, "confirmed")
    assert any_stage.decision(order).next_step is NextStep.NOTHING
    assert any_stage.effects(order)[-2:] == ["moved", "confirmed"]
    assert any_stage.changes(order)[-2].said_at == SAID_AT


async def test_a_replayed_callback_changes_nothing_after_the_first(stage: Stage) -> None:
    order = await stage.requested()
    effects = [called_back(stage, order, Status.PAYSUCCESS) for _ in range(5)]
    assert effects == [Effect.MOVED, None, None, None, None]
    assert stage.effects(order).count("moved") == 3


async def test_two_processes_with_the_same_callback_make_one_change(any_stage: Stage) -> None:
    order = await any_stage.requested()
    with ThreadPoolExecutor(8) as pool:
        effects = list(
            pool.map(lambda _: called_back(any_stage, order, Status.PAYSUCCESS), range(8))
        )
    assert effects.count(Effect.MOVED) == 1
    assert any_stage.effects(order) == ["moved", "moved", "moved"]


async def test_paid_although_never_executed_is_a_conflict_raised_once(stage: Stage) -> None:
    order = await stage.registered()
    for _ in range(3):
        assert called_back(stage, order, Status.PAYSUCCESS) is Effect.CONFLICT
    order = stage.order(order)
    assert (order.status, order.conflict) == ("UNPROCESSED", Conflict.NEVER_EXECUTED)
    assert stage.effects(order) == ["moved", "conflict"]
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY
    order = await stage.look_up(order, found("UNPROCESSED"))
    assert stage.decision(order).next_step is NextStep.SETTLE_CONFLICT


@pytest.mark.parametrize("failure", ["PAYFAIL", "EXPIRED"])
async def test_paid_after_a_failure_is_a_conflict_that_a_lookup_with_our_amount_ends(
    any_stage: Stage, failure: str
) -> None:
    order = await any_stage.look_up(await any_stage.requested(), found(failure))
    assert called_back(any_stage, order, Status.PAYSUCCESS) is Effect.CONFLICT
    order = any_stage.order(order)
    assert (order.status, order.conflict) == (failure, Conflict.STATUS)
    assert any_stage.decision(order).next_step is NextStep.ASK_GATEWAY
    order = await any_stage.look_up(order, found("PAYSUCCESS"))
    assert (order.status, order.conflict, order.money) == ("PAYSUCCESS", None, "confirmed")


async def test_paid_after_a_failure_stays_a_conflict_when_the_lookup_says_another_amount(
    stage: Stage,
) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYFAIL"))
    called_back(stage, order, Status.PAYSUCCESS)
    order = await stage.look_up(order, found("PAYSUCCESS", 1))
    assert (order.status, order.conflict) == ("PAYFAIL", Conflict.STATUS)


async def test_a_failure_after_a_payment_is_a_conflict_and_takes_the_money_out_of_the_totals(
    stage: Stage,
) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYSUCCESS"))
    assert order.money == "confirmed"
    assert called_back(stage, order, Status.PAYFAIL) is Effect.CONFLICT
    order = stage.order(order)
    assert (order.status, order.money) == ("PAYSUCCESS", "reported")


async def test_a_lookup_that_contradicts_a_callback_changes_nothing_but_raises_a_conflict(
    stage: Stage,
) -> None:
    order = await stage.requested()
    called_back(stage, order, Status.PAYFAIL)
    order = await stage.look_up(order, found("PAYSUCCESS"))
    assert (order.status, order.source, order.conflict) == (
        "PAYFAIL",
        Source.CALLBACK,
        Conflict.STATUS,
    )
    assert order.confirmed_at is None


async def test_a_gateway_that_lags_behind_a_callback_is_a_conflict_only_an_hour_later(
    any_stage: Stage,
) -> None:
    order = await any_stage.requested()
    called_back(any_stage, order, Status.PAYSUCCESS)
    order = await any_stage.look_up(order, found("PAYSTART"))
    assert (order.conflict, order.money) == (None, "reported")
    assert any_stage.decision(order).next_step is NextStep.WAIT_UNTIL_DUE
    order = await any_stage.look_up(order, found("PAYSTART"), reason="the customer called")
    assert order.conflict is None
    any_stage.time_passes(HOUR)
    assert any_stage.decision(order).next_step is NextStep.CONFIRM_BY_LOOKUP
    order = await any_stage.look_up(order, found("PAYSTART"))
    assert (order.status, order.conflict) == ("PAYSUCCESS", Conflict.LAGGING)


async def test_a_gateway_that_catches_up_confirms(stage: Stage) -> None:
    order = await stage.requested()
    called_back(stage, order, Status.PAYSUCCESS)
    await stage.look_up(order, found("PAYSTART"))
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSUCCESS"))
    assert order.money == "confirmed"


async def test_a_lookup_that_goes_further_moves_the_claim(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYSUCCESS"))
    assert (order.status, order.source, order.money) == (
        "PAYSUCCESS",
        Source.LOOKUP,
        "confirmed",
    )


async def test_an_order_met_by_a_callback_is_unknown_until_a_lookup_answers(
    stage: Stage,
) -> None:
    with stage.desk.database.writing() as session:
        order = Order(
            shop_key=stage.shop.id,
            environment=stage.shop.environment,
            order_id="B1",
            origin=Origin.CALLBACK,
        )
        session.add(order)
    assert called_back(stage, order, Status.PAYSUCCESS) is None
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY
    order = await stage.look_up(order, found("PAYSUCCESS"))
    assert (order.status, order.source) == ("PAYSUCCESS", Source.LOOKUP)
    assert (order.said_amount, order.confirmed_at) == (1000, None)
    assert stage.decision(order).next_step is NextStep.NOTHING


async def test_a_verified_order_that_the_gateway_does_not_know_is_a_conflict(
    stage: Stage,
) -> None:
    with stage.desk.database.writing() as session:
        order = Order(
            shop_key=stage.shop.id,
            environment=stage.shop.environment,
            order_id="B1",
            origin=Origin.CALLBACK,
        )
        session.add(order)
    order = await stage.look_up(order, refused("M01004002"))
    assert (order.status, order.conflict) == ("unknown", Conflict.NOT_REGISTERED)


async def test_a_result_that_arrives_before_the_answer_to_exec_is_not_overwritten(
    stage: Stage,
) -> None:
    order = await stage.registered()
    held = asyncio.Event()
    stage.says(held)
    task = await execute(stage.desk, stage.actor, order.id)
    assert called_back(stage, order, Status.PAYSUCCESS) is Effect.MOVED
    held.set()
    await task
    order = stage.order(order)
    assert (order.status, order.source) == ("PAYSUCCESS", Source.CALLBACK)
    assert order.executed_at is not None
    assert order.lookup_due_at is not None
    assert order.lookup_due_at <= now()


async def test_a_lookup_that_finds_the_payment_says_so_twice_and_any_other_once(
    stage: Stage,
) -> None:
    order = await stage.look_up(await stage.requested(), found("REQSUCCESS"))
    assert stage.effects(order)[-1] == "confirmed"
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSTART"))
    assert stage.effects(order)[-2:] == ["confirmed", "moved"]
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("PAYSUCCESS"))
    assert stage.effects(order)[-3:] == ["moved", "moved", "confirmed"]


async def test_not_registered_is_a_conflict_where_the_order_was_and_a_fact_where_it_may_not_be(
    stage: Stage,
) -> None:
    registered = await stage.look_up(await stage.requested(), refused("M01004002"))
    assert stage.effects(registered)[-1] == "conflict"
    unanswered = await stage.register(stage.open(OrderID="A1002"))
    stage.time_passes(HOUR)
    unanswered = await stage.look_up(unanswered, refused("M01004002"))
    assert stage.effects(unanswered)[-1] == "not-registered"
