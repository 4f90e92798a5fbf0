"""The job that asks: whatever runs is asked about, in the web's process and in a worker's alike."""

from __future__ import annotations

import asyncio

from app.desk.batches.asking import Asking
from app.desk.context import Desk
from app.desk.gateway_calls.scheduled_lookups import environments_asked
from app.records.batch_items import anything_under_way
from app.records.batches import any_running
from app.records.shops import Environment


class BatchRunner:
    """Asks what running batches want to know, a few at a time in each environment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._environments = environments_asked(desk)
        self._at_work: dict[Environment, asyncio.Task[None]] = {}

    async def tick(self) -> None:
        """See to it that whatever is running is asked."""
        for environment in await asyncio.to_thread(self._wanting):
            busy = self._at_work.get(environment)
            if environment in self._environments and (busy is None or busy.done()):
                task = self._desk.tasks.spawn_for_all(Asking(self._desk, environment).run())
                self._at_work[environment] = task

    async def drain(self) -> None:
        """Ask all that can be asked now, and wait for the answers."""
        await self.tick()
        await asyncio.gather(*self._at_work.values())

    def _wanting(self) -> set[Environment]:
        with self._desk.database.reading() as session:
            return {*any_running(session), *anything_under_way(session)}
