"""What is done again and again while the process lives, with pauses that its end cuts short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.logs import Repeated
from app.records.database import UNREACHABLE

log = logging.getLogger(__name__)


class Periodic:
    """A job that is done every so often, and again if it fails.

    `name` says it in a line of the log. `every` gives the pause in seconds before the next turn;
    `first` is the one before the first.
    """

    def __init__(
        self,
        name: str,
        job: Callable[[], Awaitable[object]],
        every: Callable[[], float],
        *,
        first: float = 0,
    ) -> None:
        self.every, self._job, self._first = every, job, first
        self._trouble = Repeated(
            log, f"{name}: failed", f"{name}: works again", outside=UNREACHABLE
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Do it until told to stop."""
        pause = self._first
        while not await wait_or_stop(pause, stopping):
            try:
                await self._job()
            except Exception as error:
                self._trouble.failed(error)
            else:
                self._trouble.worked()
            pause = self.every()


async def wait_or_stop(seconds: float, stopping: asyncio.Event) -> bool:
    """Wait so long, or until told to stop; whether it was."""
    try:
        async with asyncio.timeout(seconds):
            return await stopping.wait()
    except TimeoutError:
        return False
