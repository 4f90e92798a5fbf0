"""EntryTran: intent, commit, send, outcome, commit; and never twice."""

import asyncio
from pathlib import Path

import pytest

from app.desk.actions import Action, LockReason, NextStep, NotPossible
from app.desk.orders.transactions import execute, register
from app.gateway import Detail, Outcome
from app.protocol.messages import Call
from app.records.exchanges import WAITING
from app.records.orders import Source
from tests.desk.conftest import PASSWORD, PATIENCE, Stage, entered, executed, refused
from tests.scripted import TIMED_OUT, Step, http

pytestmark = [pytest.mark.anyio, pytest.mark.sqlite_will_do]


async def test_a_registered_order_is_unprocessed_by_the_word_of_entry(any_stage: Stage) -> None:
    order = any_stage.open()
    order = await any_stage.register(order, entered())
    assert (order.status, order.source) == ("UNPROCESSED", Source.ENTRY)
    assert (order.access_id, order.access_pass) == ("a" * 32, "b" * 32)
    assert any_stage.decision(order).next_step is NextStep.EXECUTE
    assert any_stage.effects(order) == ["moved"]


async def test_what_is_sent_is_the_interfaces_form(stage: Stage) -> None:
    await stage.registered()
    (request,) = stage.gateway.requests
    assert (request.method, request.url.path) == ("POST", "/payment/EntryTranNetcash.idPass")
    sent = f"ShopID=tshop00000077&ShopPass={PASSWORD}&OrderID=A1001&Amount=1000&Tax=80"
    assert request.content == sent.encode()


async def test_the_intent_is_committed_before_the_answer_and_locks_every_other_call(
    any_stage: Stage,
) -> None:
    order = any_stage.open()
    held = asyncio.Event()
    any_stage.says(held, entered())
    task = await register(any_stage.desk, any_stage.actor, order.id)
    (exchange,) = any_stage.exchanges(order)
    assert (exchange.outcome, exchange.call) == (WAITING, Call.ENTRY)
    assert any_stage.decision(order).next_step is NextStep.WAIT_FOR_ANSWER
    for again in (register, execute):
        with pytest.raises(NotPossible) as refusal:
            await again(any_stage.desk, any_stage.actor, order.id)
        assert refusal.value.lock.reason is LockReason.ANSWER_PENDING
    held.set()
    await task
    assert len(any_stage.gateway.requests) == 1


async def test_ten_tabs_at_once_send_it_once(any_stage: Stage) -> None:
    order = any_stage.open()
    any_stage.says(entered())
    calls = [register(any_stage.desk, any_stage.actor, order.id) for _ in range(10)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    tasks = [result for result in results if isinstance(result, asyncio.Task)]
    await asyncio.gather(*tasks)
    assert [isinstance(result, NotPossible) for result in results].count(True) == 9
    assert len(any_stage.gateway.requests) == 1


@pytest.mark.parametrize(
    ("script", "outcome", "step", "locked"),
    [
        ([], Outcome.NO_ANSWER, NextStep.ASK_GATEWAY, LockReason.UNANSWERED),
        ([TIMED_OUT], Outcome.NO_ANSWER, NextStep.ASK_GATEWAY, LockReason.UNANSWERED),
        ([entered()[:-20]], Outcome.CUT_OFF, NextStep.ASK_GATEWAY, LockReason.UNANSWERED),
        (
            [http(b"<html>", "502 Bad Gateway")],
            Outcome.HTTP_ERROR,
            NextStep.ASK_GATEWAY,
            LockReason.UNANSWERED,
        ),
        (
            [http(b"<html>")],
            Outcome.NOT_UNDERSTOOD,
            NextStep.ASK_GATEWAY,
            LockReason.UNANSWERED,
        ),
        (
            [refused("E91099999")],
            Outcome.PROTOCOL_ERROR,
            NextStep.ASK_GATEWAY,
            LockReason.UNANSWERED,
        ),
        ([refused("E92000001")], Outcome.PROTOCOL_ERROR, NextStep.REGISTER_AGAIN, None),
        ([refused("M01002002")], Outcome.PROTOCOL_ERROR, NextStep.FIX_SETTINGS, None),
        ([refused("M01005011")], Outcome.PROTOCOL_ERROR, NextStep.CORRECT_VALUES, None),
        (
            [refused("M01004010")],
            Outcome.PROTOCOL_ERROR,
            NextStep.NEW_ORDER_ID,
            LockReason.ORDER_ID_TAKEN,
        ),
    ],
)
async def test_each_outcome_says_what_may_be_done_next(
    stage: Stage,
    script: list[Step],
    outcome: Outcome,
    step: NextStep,
    locked: LockReason | None,
) -> None:
    order = await stage.register(stage.open(), *script)
    (exchange,) = stage.exchanges(order)
    decision = stage.decision(order)
    lock = decision.locked.get(Action.REGISTER)
    assert (exchange.outcome, decision.next_step) == (outcome, step)
    assert (lock.reason if lock else None) == locked
    assert order.open_exchange is None
    if locked is LockReason.UNANSWERED:
        assert (order.status, order.source) == ("unknown", Source.ENTRY)
        assert order.status_at == exchange.asked_at
        assert lock is not None
        assert lock.at == exchange.asked_at
    else:
        assert (order.status, order.source) == ("unknown", None)


async def test_a_gateway_out_of_reach_was_sent_nothing_and_may_be_asked_again(
    stage: Stage,
) -> None:
    with stage.desk.database.writing() as session:
        session.add(stage.shop)
        stage.shop.gateway_url = "http://no-such-host.invalid"
    order = await stage.register(stage.open())
    (exchange,) = stage.exchanges(order)
    assert (exchange.outcome, exchange.detail) == (Outcome.NOT_SENT, Detail.NO_SUCH_HOST)
    assert stage.decision(order).next_step is NextStep.REGISTER_AGAIN


async def test_an_answer_about_another_order_is_not_believed(stage: Stage) -> None:
    order = await stage.register(stage.open(), entered("A1002"))
    (exchange,) = stage.exchanges(order)
    assert exchange.outcome == Outcome.NOT_UNDERSTOOD
    assert order.access_id is None
    assert stage.decision(order).next_step is NextStep.ASK_GATEWAY


async def test_both_calls_follow_each_other_when_the_first_one_works(stage: Stage) -> None:
    order = stage.open()
    stage.says(entered())
    stage.gateway.answers[Call.EXEC] = [executed(stage.start_url)]
    await (await register(stage.desk, stage.actor, order.id, then_execute=True))
    assert stage.order(order).status == "REQSUCCESS"
    assert stage.decision(order).next_step is NextStep.SEND_CUSTOMER


async def test_nothing_is_executed_when_the_registration_failed(stage: Stage) -> None:
    order = stage.open()
    stage.says(refused("M01004010"))
    await (await register(stage.desk, stage.actor, order.id, then_execute=True))
    assert len(stage.gateway.requests) == 1


async def test_a_caller_who_goes_away_loses_no_answer(stage: Stage) -> None:
    order = stage.open()
    stage.says(entered())
    asking = asyncio.create_task(register(stage.desk, stage.actor, order.id))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait({asking})
    await stage.gateway.asked.wait()
    await stage.desk.tasks.close(grace=PATIENCE)
    assert stage.order(order).status == "UNPROCESSED"


async def test_no_secret_is_stored_in_clear(stage: Stage) -> None:
    await stage.requested()
    stage.desk.database.close()
    path = stage.desk.database.engine.url.database
    assert path is not None
    stored = b"".join(file.read_bytes() for file in Path(path).parent.glob("desk.db*"))
    for secret in (PASSWORD, "b" * 32, "tok+en/with-all-kinds"):
        assert secret.encode() not in stored
