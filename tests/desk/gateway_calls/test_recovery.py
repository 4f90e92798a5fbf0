"""After silence: what the lookup settles, what it cannot settle yet, and what is left to do."""

from datetime import UTC, datetime, timedelta

import pytest

from app.desk.actions import Action, LockReason, NextStep, NotPossible
from app.desk.orders.transactions import execute, register
from app.gateway import Outcome
from app.protocol.statuses import Status
from app.records.callbacks import Applied, Callback
from app.records.orders import Conflict, Order, Source
from tests.desk.callbacks.cast import body, bring
from tests.desk.conftest import ACCESS_ID, Stage, entered, executed, found, refused
from tests.scripted import TIMED_OUT, Step, http

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]

MISSING = refused("M01004002")
HOUR = timedelta(minutes=61)


async def silent_entry(stage: Stage) -> Order:
    return await stage.register(stage.open())


async def silent_exec(stage: Stage) -> Order:
    return await stage.execute(await stage.registered())


async def test_an_unanswered_entry_found_with_our_amount_is_adopted_and_executed(
    any_stage: Stage,
) -> None:
    order = await silent_entry(any_stage)
    order = await any_stage.look_up(order, found("UNPROCESSED"))
    assert (order.status, order.source) == ("UNPROCESSED", Source.LOOKUP)
    assert (order.access_id, order.access_pass) == (ACCESS_ID, "b" * 32)
    assert order.confirmed_at is not None
    assert any_stage.decision(order).next_step is NextStep.ADOPT_AND_EXECUTE
    order = await any_stage.execute(order, executed(any_stage.start_url))
    assert order.status == "REQSUCCESS"
    assert any_stage.effects(order) == ["went-unknown", "moved", "moved"]


@pytest.mark.parametrize(("amount", "tax"), [(1001, 80), (1000, 0), (1080, 0)])
async def test_found_with_other_figures_it_is_somebody_elses(
    stage: Stage, amount: int, tax: int
) -> None:
    order = await silent_entry(stage)
    order = await stage.look_up(order, found("UNPROCESSED", amount, tax))
    assert (order.status, order.conflict) == ("unknown", Conflict.FOREIGN)
    assert (order.said_amount, order.said_tax) == (amount, tax)
    assert order.access_id is None
    assert Action.EXECUTE not in stage.decision(order).possible


async def test_a_trade_with_our_figures_is_not_ours_without_an_unanswered_entry(
    stage: Stage,
) -> None:
    order = await stage.register(stage.open(), refused("M01004010"))
    order = await stage.look_up(order, found("UNPROCESSED"))
    assert (order.conflict, order.access_id) == (Conflict.FOREIGN, None)


async def test_not_registered_frees_the_number_only_once_the_call_cannot_be_at_work(
    any_stage: Stage,
) -> None:
    order = await silent_entry(any_stage)
    order = await any_stage.look_up(order, MISSING)
    decision = any_stage.decision(order)
    assert decision.next_step is NextStep.WAIT_UNTIL_DUE
    assert order.status_at is not None
    assert decision.due_at == order.status_at + timedelta(seconds=90)
    assert decision.locked[Action.REGISTER].reason is LockReason.UNANSWERED
    with pytest.raises(NotPossible):
        await register(any_stage.desk, any_stage.actor, order.id)

    any_stage.time_passes(timedelta(seconds=91))
    assert any_stage.decision(order).next_step is NextStep.ASK_GATEWAY
    order = await any_stage.look_up(order, MISSING)
    assert any_stage.decision(order).next_step is NextStep.REGISTER_AGAIN
    order = await any_stage.register(order, entered())
    assert (order.status, order.source) == ("UNPROCESSED", Source.ENTRY)
    assert any_stage.effects(order) == ["went-unknown", "not-registered", "moved"]


async def test_already_used_after_an_unanswered_entry_leads_to_a_lookup(stage: Stage) -> None:
    order = await silent_entry(stage)
    stage.settle_time(0)
    order = await stage.look_up(order, MISSING)
    order = await stage.register(order, refused("M01004010"))
    decision = stage.decision(order)
    assert decision.next_step is NextStep.ASK_GATEWAY
    assert decision.locked[Action.REGISTER].reason is LockReason.UNANSWERED
    order = await stage.look_up(order, found("UNPROCESSED"))
    assert stage.decision(order).next_step is NextStep.ADOPT_AND_EXECUTE


async def test_an_unanswered_exec_makes_the_order_unknown_since_it_was_asked(
    any_stage: Stage,
) -> None:
    order = await silent_exec(any_stage)
    asked_at = any_stage.exchanges(order)[-1].asked_at
    assert (order.status, order.source, order.status_at) == ("unknown", Source.EXEC, asked_at)
    decision = any_stage.decision(order)
    assert decision.next_step is NextStep.ASK_GATEWAY
    assert decision.locked[Action.EXECUTE].reason is LockReason.UNANSWERED
    assert decision.locked[Action.EXECUTE].at == asked_at
    with pytest.raises(NotPossible):
        await execute(any_stage.desk, any_stage.actor, order.id)


async def test_unprocessed_unlocks_the_exec_only_once_it_cannot_be_at_work(
    any_stage: Stage,
) -> None:
    order = await silent_exec(any_stage)
    order = await any_stage.look_up(order, found("UNPROCESSED"))
    assert order.status == "unknown"
    assert any_stage.decision(order).next_step is NextStep.WAIT_UNTIL_DUE
    with pytest.raises(NotPossible):
        await execute(any_stage.desk, any_stage.actor, order.id)

    any_stage.time_passes(timedelta(seconds=91))
    order = await any_stage.look_up(order, found("UNPROCESSED"))
    assert (order.status, order.source) == ("UNPROCESSED", Source.LOOKUP)
    assert order.executed_at is None
    assert any_stage.decision(order).next_step is NextStep.EXECUTE_AGAIN
    order = await any_stage.execute(order, executed(any_stage.start_url))
    assert order.status == "REQSUCCESS"


async def test_requested_after_an_unanswered_exec_has_lost_its_token(stage: Stage) -> None:
    order = await silent_exec(stage)
    order = await stage.look_up(order, found("REQSUCCESS"))
    decision = stage.decision(order)
    assert (order.status, order.source) == ("REQSUCCESS", Source.LOOKUP)
    assert decision.next_step is NextStep.NEW_ORDER_ID
    assert decision.locked[Action.LAUNCH].reason is LockReason.TOKEN_LOST


async def test_paid_after_an_unanswered_exec_is_confirmed(stage: Stage) -> None:
    order = await silent_exec(stage)
    order = await stage.look_up(order, found("PAYSUCCESS"))
    assert (order.status, order.money) == ("PAYSUCCESS", "confirmed")
    assert stage.effects(order)[-2:] == ["moved", "confirmed"]


async def test_paid_with_another_amount_is_a_conflict(stage: Stage) -> None:
    order = await silent_exec(stage)
    order = await stage.look_up(order, found("PAYSUCCESS", 1))
    assert (order.status, order.conflict, order.money) == ("unknown", Conflict.AMOUNT, None)


@pytest.mark.parametrize("status", ["PAYFAIL", "EXPIRED"])
async def test_failed_after_an_unanswered_exec_needs_a_new_number(
    stage: Stage, status: str
) -> None:
    order = await stage.look_up(await silent_exec(stage), found(status))
    assert order.status == status
    assert stage.decision(order).next_step is NextStep.NEW_ORDER_ID


@pytest.mark.parametrize(
    "script",
    [[refused("M01004014")], [refused("E91029999")], [http(b"?")], [TIMED_OUT]],
    ids=["already requested", "failed inside", "noise", "time-out"],
)
async def test_whatever_may_have_executed_is_unknown_until_a_lookup(
    stage: Stage, script: list[Step]
) -> None:
    order = await stage.execute(await stage.registered(), *script)
    assert (order.status, order.source) == ("unknown", Source.EXEC)
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("M01056012", NextStep.CORRECT_VALUES),
        ("E92000002", NextStep.EXECUTE_AGAIN),
        ("M01002002", NextStep.FIX_SETTINGS),
        ("M01054004", NextStep.ASK_GATEWAY),
        ("M01058002", NextStep.ASK_GATEWAY),
    ],
)
async def test_an_exec_refused_for_sure_leaves_the_order_as_it_was(
    stage: Stage, code: str, step: NextStep
) -> None:
    order = await stage.execute(await stage.registered(), refused(code))
    assert (order.status, order.source) == ("UNPROCESSED", Source.ENTRY)
    assert order.executed_at is None
    assert stage.decision(order).next_step is step


async def test_a_lookup_without_an_answer_settles_nothing_and_may_be_repeated(
    stage: Stage,
) -> None:
    order = await silent_exec(stage)
    for script in ([], [refused("E92000001")], [http(b"<html>")], [refused("E91099999")]):
        order = await stage.look_up(order, *script)
        assert order.status == "unknown"
        assert stage.decision(order).next_step is NextStep.ASK_GATEWAY


async def test_a_lookup_that_names_another_trade_is_a_conflict(stage: Stage) -> None:
    order = await silent_exec(stage)
    order = await stage.look_up(order, found("PAYSUCCESS", access_id="c" * 32))
    assert (order.status, order.conflict) == ("unknown", Conflict.FOREIGN)
    assert order.access_id != "c" * 32


async def test_a_trade_the_gateway_has_forgotten_is_a_conflict(stage: Stage) -> None:
    order = await stage.look_up(await stage.requested(), MISSING)
    assert (order.status, order.conflict) == ("REQSUCCESS", Conflict.STATUS)


async def test_the_next_lookup_of_an_executed_order_is_due_an_hour_after_the_last(
    stage: Stage,
) -> None:
    order = await stage.requested()
    assert order.executed_at is not None
    assert order.lookup_due_at == order.executed_at + timedelta(minutes=60)
    order = await stage.look_up(order, found("PAYSTART"))
    asked_at = stage.exchanges(order)[-1].asked_at
    assert order.lookup_due_at == asked_at + timedelta(minutes=60)
    stage.time_passes(HOUR)
    order = await stage.look_up(order, found("EXPIRED"))
    assert order.lookup_due_at is None


async def test_an_execution_answered_about_another_trade_is_not_understood(stage: Stage) -> None:
    another = executed(stage.start_url, access_id="f" * 32)
    order = await stage.execute(await stage.registered(), another)
    assert stage.exchanges(order)[-1].outcome == Outcome.NOT_UNDERSTOOD
    assert (order.status, order.token) == ("unknown", None)


async def test_what_callbacks_said_of_an_order_of_ours_is_not_weighed_again_by_a_lookup(
    stage: Stage,
) -> None:
    order, said = await stage.requested(), datetime(2026, 1, 10, 5, tzinfo=UTC)
    shop = {"shop": stage.shop.shop_id, "password": stage.shop.password}
    failed = await bring(stage.desk, body(order.order_id, Status.PAYFAIL, said, **shop))
    await bring(stage.desk, body(order.order_id, Status.PAYSUCCESS, said, **shop))
    order = await stage.look_up(stage.order(order), found("PAYSUCCESS"))
    assert (order.status, order.conflict) == ("PAYSUCCESS", None)
    with stage.desk.database.reading() as session:
        kept = session.get_one(Callback, failed.callback.id)
        assert (kept.applied, kept.applied_at) == (Applied.MOVED, failed.callback.applied_at)
