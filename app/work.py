"""Scheduled work in a process of its own: `python -m app work` and `sweep`."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.desk.callbacks.queue import Load
from app.desk.context import Desk
from app.desk.gateway_calls.scheduled_lookups import LookupScheduler
from app.desk.health.heart import Heart
from app.desk.jobs import start_jobs
from app.main import limits, open_desk
from app.records.heartbeats import Beating
from app.server.ending import end_within
from app.settings import Settings


def work(settings: Settings) -> int:
    """Do what is due until SIGINT or SIGTERM, and then end whatever hangs; the exit code."""
    return asyncio.run(work_until_stopped(settings, end_within))


async def work_until_stopped(
    settings: Settings, on_signal: Callable[[], object] = lambda: None
) -> int:
    """Do what is due until SIGINT or SIGTERM, of which `on_signal` is told; the exit code."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stopping, on_signal)
    # The sandbox listens where the web does, at a port that may not be the worker's.
    async with working(settings, asks_sandbox=False) as desk:
        # No callbacks come in here.
        heart = Heart(desk, Beating.WORKER)
        start_jobs(desk, limits(settings), Load(time.monotonic), stopping)
        desk.tasks.spawn(heart.job().run(stopping))
        await stopping.wait()
        await asyncio.to_thread(heart.stop)
    return 0


def _stop(stopping: asyncio.Event, on_signal: Callable[[], object]) -> None:
    if not stopping.is_set():
        on_signal()
    stopping.set()


async def sweep_once(settings: Settings) -> int:
    """One pass of due re-checks; how many lookups were asked."""
    async with working(settings) as desk:
        return await LookupScheduler(desk).drain()


@asynccontextmanager
async def working(settings: Settings, *, asks_sandbox: bool = True) -> AsyncIterator[Desk]:
    """A desk without the web, closed in order at the end."""
    desk = open_desk(settings, asks_sandbox=asks_sandbox)
    desk.writer.start()
    try:
        yield desk
    finally:
        await desk.tasks.close()
        await desk.gateway.close()
        await desk.writer.stop()
        desk.database.close()
