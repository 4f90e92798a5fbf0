"""What a desk does by itself: again and again, whatever fails, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from app.desk.callbacks.limits import CROWD
from app.desk.callbacks.queue import Load
from app.desk.gateway_calls.scheduled_lookups import environments_asked
from app.desk.jobs import LOOK_EVERY, LOOK_IN_A_RUSH, jobs_of
from app.desk.periodic import Periodic
from app.desk.retention import RetentionPolicy
from app.main import create_app
from app.records.database import Database
from app.records.exchanges import Purpose
from app.records.shops import Environment
from app.settings import Settings
from app.work import work_until_stopped, working
from tests.desk.conftest import PATIENCE, Stage, found, staged
from tests.rawserver import raw_server

pytestmark = pytest.mark.anyio

LONG = 3600.0


async def test_a_job_that_fails_is_logged_and_done_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stopping, turns = asyncio.Event(), iter((OperationalError("", {}, Exception()), KeyError(), 0))

    async def job() -> None:
        if error := next(turns):
            raise error  # type: ignore[misc]
        stopping.set()

    await Periodic("the job", job, lambda: 0).run(stopping)
    assert caplog.messages == [
        "the job: failed (OperationalError)",
        "the job: failed (KeyError)",
        "the job: works again, after 2 failures",
    ]
    assert [bool(one.exc_info) for one in caplog.records] == [False, True, False]


async def test_a_job_is_first_done_after_its_first_pause_and_ends_when_told_to() -> None:
    stopping, turn = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def now() -> None:
        done.append("now")
        turn.set()

    async def later() -> None:
        done.append("later")

    jobs = [
        Periodic("now", now, lambda: LONG),
        Periodic("later", later, lambda: LONG, first=LONG),
    ]
    tasks = [asyncio.create_task(job.run(stopping)) for job in jobs]
    await turn.wait()
    stopping.set()
    await asyncio.gather(*tasks)
    assert done == ["now"]


@pytest.fixture(params=["web", "worker"])
def process(
    request: pytest.FixtureRequest, settings: Settings
) -> AbstractAsyncContextManager[None]:
    """Each kind of process that does the jobs, over the same database."""
    return web(settings) if request.param == "web" else worker(settings)


@asynccontextmanager
async def web(settings: Settings) -> AsyncIterator[None]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield


@asynccontextmanager
async def worker(settings: Settings) -> AsyncIterator[None]:
    task = asyncio.create_task(work_until_stopped(settings))
    yield
    os.kill(os.getpid(), signal.SIGTERM)
    assert await task == 0


async def test_the_web_and_a_worker_both_ask_for_what_is_due(
    database: Database, process: AbstractAsyncContextManager[None]
) -> None:
    async with staged(database) as stage:
        order = await stage.requested()
        stage.time_passes(timedelta(hours=2))
        async with raw_server(found("REQSUCCESS")) as gateway, asyncio.timeout(PATIENCE):
            stage.moves_to(gateway.url)
            async with process:
                await gateway.asked.wait()
        assert [one.purpose for one in stage.exchanges(order)][-1] is Purpose.RECHECK


async def test_a_worker_leaves_the_sandbox_to_the_process_that_serves_it(
    settings: Settings,
) -> None:
    real = [Environment.PRODUCTION, Environment.TEST]
    async with working(settings) as desk:
        assert environments_asked(desk) == [*real, Environment.SANDBOX]
    async with working(settings, asks_sandbox=False) as desk:
        assert environments_asked(desk) == real


async def test_a_rush_slows_the_looking_for_due_lookups_and_does_not_end_it(stage: Stage) -> None:
    load = Load(lambda: 0.0)
    looking, *_ = jobs_of(stage.desk, RetentionPolicy(timedelta(days=1), 100), load)
    assert looking.every() == LOOK_EVERY
    for _ in range(CROWD + 1):
        load.count()
    assert looking.every() == LOOK_IN_A_RUSH
