"""A process that is killed while it asks about a list: nothing is asked twice, nothing is lost."""

from __future__ import annotations

import asyncio
import random
import sys

import pytest

from app.desk.batches.deeds import start
from app.desk.batches.runner import BatchRunner
from app.desk.gateway_calls.send import close_interrupted
from app.protocol.wire import split_form
from app.records.batches import BatchState
from tests.conftest import SECRET_KEY
from tests.desk.batches.test_runner import batch, judged, verdicts
from tests.desk.conftest import Stage, found
from tests.rawserver import raw_server

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

# A worker that asks until it is killed.
WORKER = """
import asyncio, sys
from datetime import timedelta
from app.desk.batches.runner import BatchRunner
from app.desk.context import BackgroundTasks, Desk, DeskSettings
from app.gateway import Gateway
from app.records.database import Database
from app.records.encryption import set_key
from app.records.group_writer import GroupWriter

async def main(url, secret):
    set_key(secret)
    database = Database(url)
    settings = DeskSettings("http://desk.example", None, 5, timedelta(seconds=90))
    desk = Desk(database, GroupWriter(database), Gateway(5), BackgroundTasks(), settings)
    desk.writer.start()
    while True:
        await BatchRunner(desk).drain()
        await asyncio.sleep(0.1)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_whoever_is_killed_has_asked_about_no_order_twice(any_stage: Stage) -> None:
    numbers = [f"K{at:03d}" for at in range(200)]
    key = judged(any_stage, "\n".join(numbers))
    url = any_stage.desk.database.engine.url.render_as_string(hide_password=False)
    async with raw_server(0.02, found("PAYSUCCESS")) as server:
        any_stage.moves_to(server.url)
        start(any_stage.desk.database, any_stage.actor, key)
        for _ in range(10):
            server.asked.clear()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", WORKER, url, SECRET_KEY
            )
            await asyncio.wait({asyncio.create_task(server.asked.wait())}, timeout=10)
            await asyncio.sleep(random.uniform(0, 0.2))
            process.kill()
            await process.wait()
            close_interrupted(any_stage.desk)
        requests = [dict(split_form(raw.split(b"\r\n\r\n", 1)[1])) for raw in server.requests]
    asked = [request[b"OrderID"].decode() for request in requests]
    assert len(asked) == len({*asked})
    # What the last one left is taken in and asked by whoever comes next.
    any_stage.moves_to(any_stage.gateway.url)
    any_stage.says(found("PAYSUCCESS"))
    await BatchRunner(any_stage.desk).drain()
    await BatchRunner(any_stage.desk).drain()
    assert batch(any_stage, key).state is BatchState.DONE
    assert {*verdicts(any_stage, key)} == {*numbers}
    assert "not-asked" not in verdicts(any_stage, key).values()
