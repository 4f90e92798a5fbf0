"""Scheduled work in a process of its own: `python -m app work` and `sweep`."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.desk.callbacks.queue import Load
from app.desk.context import Desk
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.jobs import start_jobs
from app.main import limits, open_desk
from app.server.ending import end_within
from app.settings import Settings


async def work_until_stopped(settings: Settings) -> int:
    """Do what is due until SIGINT or SIGTERM; the exit code."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stopping)
    async with working(settings) as desk:
        # No callbacks come in here.
        start_jobs(desk, limits(settings), Load(time.monotonic), stopping)
        await stopping.wait()
    return 0


def _stop(stopping: asyncio.Event) -> None:
    if not stopping.is_set():
        end_within()
    stopping.set()


async def sweep_once(settings: Settings) -> int:
    """One pass of due re-checks; how many lookups were asked."""
    async with working(settings) as desk:
        return await LookupScheduler(desk).drain()


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Desk]:
    """A desk without the web, closed in order at the end."""
    desk = open_desk(settings)
    desk.writer.start()
    try:
        yield desk
    finally:
        await desk.tasks.close()
        await desk.gateway.close()
        desk.writer.stop()
        desk.database.close()
