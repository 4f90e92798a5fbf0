"""What is written down ahead of its call: sent soon, or given back as if it had never been."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from app.clock import now
from app.desk.batches.runner import BatchRunner
from app.desk.batches.turns import Brought, Turn, settle_up, take_turn
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE
from app.records.batches import BatchState, ItemState
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Order
from tests.desk.batches.test_runner import TOO_MANY, batch, rested, rows, sent, started, verdicts
from tests.desk.conftest import Stage, found, refused
from tests.scripted import Step
from tests.waiting import until

pytestmark = pytest.mark.anyio

FORTY = "\n".join(f"B{at:02d}" for at in range(40))


class Changing(list[Step]):
    """A script for the first requests, and another one for those after them."""

    def __init__(self, first: Step, times: int, then: Step) -> None:
        super().__init__([first])
        self._left, self._then = times, then

    def __iter__(self) -> Iterator[Step]:
        self._left -= 1
        return super().__iter__() if self._left >= 0 else iter([self._then])


async def turned(stage: Stage, brought: Brought) -> Turn:
    turn = partial(take_turn, stage.desk, stage.shop.environment, brought=brought)
    return await stage.desk.writer.write(turn)


async def given_back(stage: Stage, turn: Turn) -> None:
    back = Brought(unsent=turn.intents)
    await stage.desk.writer.write(partial(settle_up, stage.desk, back))


def numbers_asked(stage: Stage) -> list[str]:
    """What has arrived at the gateway."""
    return sorted(
        dict(pair.split("=") for pair in request.content.decode().split("&"))["OrderID"]
        for request in stage.gateway.requests
    )


async def test_answers_are_taken_in_together(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    key = started(stage, FORTY, found("PAYSUCCESS"))
    with caplog.at_level(logging.ERROR):
        await BatchRunner(stage.desk).drain()
    assert sent(stage) == numbers_asked(stage) == FORTY.split()
    assert batch(stage, key).state is BatchState.DONE
    assert not caplog.records


async def test_what_was_not_sent_has_its_turn_again(any_stage: Stage) -> None:
    order = await any_stage.requested(OrderID="B00")
    due_at = now() + timedelta(minutes=50)
    with any_stage.desk.database.writing() as session:
        session.get_one(Order, order.id).lookup_due_at = due_at
    key = started(any_stage, FORTY, found("PAYSUCCESS"))
    turn = await turned(any_stage, Brought(ahead=10))
    assert [one.order_id for one in turn.exchanges] == FORTY.split()[:10]
    assert any_stage.order(order).open_exchange == turn.exchanges[0].id
    await given_back(any_stage, turn)
    assert sent(any_stage) == []
    assert {one.state for one in rows(any_stage, key).values()} == {ItemState.WAITING}
    fresh = any_stage.order(order)
    assert fresh.open_exchange is None
    assert fresh.lookup_due_at is not None
    assert fresh.lookup_due_at <= due_at
    await BatchRunner(any_stage.desk).drain()
    assert sent(any_stage) == FORTY.split()


async def test_what_was_answered_meanwhile_is_not_given_back(stage: Stage) -> None:
    key = started(stage, "B00", found("PAYSUCCESS"))
    turn = await turned(stage, Brought())
    with stage.desk.database.writing() as session:
        for one in session.exec(select(Exchange)):
            one.outcome = "no-answer"  # by a process that took this one for dead
    await BatchRunner(stage.desk).drain()
    await given_back(stage, turn)
    assert verdicts(stage, key) == {"B00": "no-answer"}
    assert sent(stage) == ["B00"]


async def test_nobody_writes_down_ahead_while_others_ask(stage: Stage) -> None:
    held = asyncio.Event()
    stage.says(held, refused(TOO_MANY))
    asked = asyncio.create_task(stage.ask("C1", held, refused(TOO_MANY)))
    await asyncio.to_thread(until, lambda: len(stage.gateway.requests) == 1)
    started(stage, FORTY, held, found("PAYSUCCESS"))
    turn = await turned(stage, Brought(ahead=10))
    assert (len(turn.intents), turn.at_once) == (3, 3)
    held.set()
    await asked


async def test_after_a_refusal_nothing_that_was_ahead_leaves(stage: Stage) -> None:
    key = started(stage, FORTY)
    stage.gateway.script = Changing(found("PAYSUCCESS"), 20, refused(TOO_MANY))
    await BatchRunner(stage.desk).drain()
    assert sent(stage) == numbers_asked(stage)
    assert len(sent(stage)) <= 20 + AT_ONCE
    assert batch(stage, key).rest_until > now()  # type: ignore[operator]
    assert [one.state for one in rows(stage, key).values()].count(ItemState.ANSWERED) == 20
    stage.says(found("PAYSUCCESS"))
    rested(stage, key)
    await BatchRunner(stage.desk).drain()
    assert batch(stage, key).state is BatchState.DONE
    assert {*numbers_asked(stage)} == {*FORTY.split()}


async def test_a_process_that_stops_gives_back_what_it_has_not_sent(stage: Stage) -> None:
    held = asyncio.Event()
    key = started(stage, FORTY)
    stage.gateway.script = Changing(found("PAYSUCCESS"), 20, held)
    draining = asyncio.create_task(BatchRunner(stage.desk).drain())
    await asyncio.to_thread(until, lambda: len(stage.gateway.requests) >= 24)
    await stage.desk.tasks.close(grace=0)
    await asyncio.gather(draining, return_exceptions=True)
    assert sent(stage) == numbers_asked(stage)
    with stage.desk.database.reading() as session:
        assert session.exec(select(Exchange).where(Exchange.outcome == WAITING)).all() == []
    states = [one.state for one in rows(stage, key).values()]
    assert states.count(ItemState.WAITING) == 40 - len(stage.gateway.requests)
    assert [*verdicts(stage, key).values()].count("no-answer") == 4


async def test_a_turn_that_fails_for_good_loses_no_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.batches.asking.RETRIES", ())
    key = started(stage, "B0\nB1\nB2\nB3")
    answers, held = asyncio.Event(), asyncio.Event()
    script = Changing(found("PAYSUCCESS"), 1, held)
    script.insert(0, answers)
    stage.gateway.script = script
    draining = asyncio.create_task(BatchRunner(stage.desk).drain())
    await asyncio.to_thread(until, lambda: len(stage.gateway.requests) == 4)
    failed = next_fails(stage)
    answers.set()
    await asyncio.to_thread(until, failed.is_set)
    held.set()
    await asyncio.gather(draining, return_exceptions=True)
    assert [*verdicts(stage, key).values()].count("no-answer") == 3
    assert {one.state for one in rows(stage, key).values()} == {ItemState.ANSWERED}
    with stage.desk.database.reading() as session:
        assert session.exec(select(Exchange).where(Exchange.outcome == WAITING)).all() == []


def next_fails(stage: Stage) -> threading.Event:
    """The next transaction fails, as where the database is away; set when it has."""
    failed = threading.Event()

    def fail(*_: object) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("", {}, Exception("away"))

    event.listen(stage.desk.database.engine, "before_cursor_execute", fail)
    return failed
