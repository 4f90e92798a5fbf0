"""Exchanges that are interrupted: by a stop, by a kill, by a database that is away."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import repeat

import pytest
from sqlalchemy import text

from app.desk.actions import NextStep
from app.desk.gateway_calls import send
from app.desk.gateway_calls.process_identity import current_process, has_exited
from app.desk.gateway_calls.send import close_interrupted, complete
from app.desk.orders.transactions import execute, register
from app.gateway import Detail, Outcome, Reply
from app.protocol.messages import Call, read_answer
from app.records.exchanges import WAITING, Exchange, exchanges_of
from app.records.orders import Order, Source
from tests.conftest import SECRET_KEY
from tests.desk.conftest import PATIENCE, Stage, entered, executed
from tests.rawserver import raw_server
from tests.scripted import TIMED_OUT

pytestmark = pytest.mark.anyio

NEVER = 600.0
"""Seconds after which nobody waits any more."""

# Another process of the same desk, which executes an order and is killed while it waits.
DOOMED = """
import asyncio, sys
from datetime import timedelta
from app.desk.context import Actor, BackgroundTasks, Desk, DeskSettings
from app.desk.orders.transactions import execute
from app.gateway import Gateway
from app.records.database import Database
from app.records.group_writer import GroupWriter
from app.records.accounts import Role
from app.records.encryption import set_key

async def main(url, order_key, user_key, secret):
    set_key(secret)
    database = Database(url)
    settings = DeskSettings("http://desk.example", None, 120, timedelta(seconds=90))
    desk = Desk(database, GroupWriter(database), Gateway(120), BackgroundTasks(), settings)
    desk.writer.start()
    await (await execute(desk, Actor(user_key, "", Role.OPERATOR, ""), order_key))

asyncio.run(main(*sys.argv[1:]))
"""


def owned_by(stage: Stage, order: Order, owner: str) -> None:
    with stage.desk.database.writing() as session:
        for exchange in exchanges_of(session, order.id):
            exchange.owner = owner


async def waiting_exec(stage: Stage) -> tuple[Order, asyncio.Task[None]]:
    order = await stage.registered()
    stage.says(asyncio.Event())
    stage.gateway.asked.clear()
    task = await execute(stage.desk, stage.actor, order.id)
    await stage.gateway.asked.wait()
    return order, task


@pytest.mark.sqlite_will_do
async def test_a_process_that_is_killed_leaves_an_exchange_that_a_restart_calls_unanswered(
    any_stage: Stage,
) -> None:
    order = await any_stage.registered()
    url = any_stage.desk.database.engine.url.render_as_string(hide_password=False)
    arguments = [url, order.id, any_stage.actor.user_key, SECRET_KEY]
    async with raw_server(NEVER) as server:
        any_stage.moves_to(server.url)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", DOOMED, *arguments)
        await asyncio.wait_for(server.asked.wait(), 60)
        assert close_interrupted(any_stage.desk) == 0, "it lives, and may still hear the answer"

        process.kill()
        await process.wait()
    assert any_stage.exchanges(order)[-1].outcome == WAITING
    assert close_interrupted(any_stage.desk) == 1
    assert close_interrupted(any_stage.desk) == 0
    exchange, order = any_stage.exchanges(order)[-1], any_stage.order(order)
    assert (exchange.outcome, exchange.detail) == (Outcome.NO_ANSWER, Detail.INTERRUPTED)
    assert (order.status, order.source, order.open_exchange) == ("unknown", Source.EXEC, None)
    assert order.status_at == exchange.asked_at
    assert any_stage.decision(order).next_step is NextStep.ASK_GATEWAY


async def test_a_stop_closes_what_still_waits_as_interrupted(stage: Stage) -> None:
    order, task = await waiting_exec(stage)
    await stage.desk.tasks.close(grace=0)
    assert task.cancelled()
    exchange = stage.exchanges(order)[-1]
    assert (exchange.outcome, exchange.detail) == (Outcome.NO_ANSWER, Detail.INTERRUPTED)
    assert stage.order(order).source is Source.EXEC


async def test_a_stop_waits_a_moment_for_answers_but_starts_nothing_new(stage: Stage) -> None:
    order = stage.open()
    held = asyncio.Event()
    stage.says(held, entered())
    await register(stage.desk, stage.actor, order.id, then_execute=True)
    closing = asyncio.create_task(stage.desk.tasks.close(grace=PATIENCE))
    await asyncio.sleep(0)
    held.set()
    await closing
    assert stage.order(order).status == "UNPROCESSED"
    assert len(stage.gateway.requests) == 1


async def test_what_another_machine_waits_for_is_given_up_only_after_its_time_out(
    stage: Stage,
) -> None:
    order, task = await waiting_exec(stage)
    owned_by(stage, order, "another-machine:1:0.0")
    assert close_interrupted(stage.desk) == 0
    stage.time_passes(timedelta(seconds=stage.desk.settings.gateway_timeout + 16))
    assert close_interrupted(stage.desk) == 1
    task.cancel()
    await asyncio.wait({task})


async def test_an_answer_that_comes_after_all_still_counts(stage: Stage) -> None:
    order = await stage.execute(await stage.registered(), TIMED_OUT)
    exchange = stage.exchanges(order)[-1]
    with stage.desk.database.writing() as session:
        session.get_one(Exchange, exchange.id).detail = Detail.INTERRUPTED
    raw = executed(stage.start_url).partition(b"\r\n\r\n")[2]
    reply = Reply(Outcome.ANSWERED, raw, 200, 5, None, read_answer(Call.EXEC, raw))
    for _ in range(2):
        with stage.desk.database.writing() as session:
            complete(session, exchange.id, reply, timedelta(seconds=90))
    order = stage.order(order)
    assert (order.status, order.source) == ("REQSUCCESS", Source.EXEC)
    assert order.token is not None
    assert stage.effects(order) == ["moved", "went-unknown", "moved"]


async def test_an_answer_outlives_a_database_that_is_away_for_a_moment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, refused_twice = asyncio.Event(), asyncio.Event()

    def pauses() -> Iterator[float]:
        yield from (0.01, 0.01)
        refused_twice.set()
        yield from repeat(0.01)

    monkeypatch.setattr(send, "RETRIES", pauses())
    order = stage.open()
    stage.says(held, entered())
    task = await register(stage.desk, stage.actor, order.id)
    refusing = "create trigger away before update on exchanges begin select raise(fail, 'no'); end"
    with stage.desk.database.writing() as session:
        session.connection().execute(text(refusing))
    held.set()
    await refused_twice.wait()
    assert not task.done()
    with stage.desk.database.writing() as session:
        session.connection().execute(text("drop trigger away"))
    await task
    assert stage.order(order).status == "UNPROCESSED"


async def test_only_the_very_process_is_taken_for_the_owner() -> None:
    host, pid, birth = current_process().rsplit(":", 2)
    assert not has_exited(current_process())
    assert has_exited(f"{host}:{pid}:before"), "the number alone may be another process's"
    assert has_exited(f"{host}:{2**22 + 1}:{birth}")
    assert not has_exited(f"elsewhere:{pid}:before")
