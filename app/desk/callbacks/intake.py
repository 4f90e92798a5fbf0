"""The intake of one process: results are committed at once and judged a handful at a time.

The sender is a customer's browser, which never tries again. So nothing is refused for its rate:
bodies wait in line to be read, and when judging falls behind it is judging that waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.clock import now
from app.desk.callbacks.process import Processed
from app.desk.callbacks.queue import VerificationQueue
from app.desk.callbacks.raw import raw_row
from app.desk.callbacks.write_buffer import WriteBuffer
from app.desk.context import Desk
from app.logs import Repeated
from app.records.callbacks import Callback
from app.records.database import UNREACHABLE

READING_LIMIT = 500
"""How many bodies are read at once: with 64 KiB each, 32 MiB of memory at most."""

log = logging.getLogger(__name__)


class Unstored(NamedTuple):
    """How many results could not be stored since this process began, and when last."""

    number: int
    last_at: datetime | None


class CallbackIntake:
    """Receives and judges for one process. Belongs to one event loop.

    `tell` is called with the callbacks that have been judged.
    """

    def __init__(
        self, desk: Desk, tell: Callable[[Sequence[Callback]], None] = lambda _: None
    ) -> None:
        self.reading = asyncio.Semaphore(READING_LIMIT)
        self.unstored = Unstored(0, None)
        self._write_buffer = WriteBuffer(desk)
        self._queue = VerificationQueue(desk, tell)
        self._trouble = Repeated(
            log, "a callback could not be stored", "callbacks are stored again", outside=UNREACHABLE
        )
        desk.rushing = self._queue.rushing

    async def receive(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> str:
        """Commit a body and return its key. Whatever raises here has stored nothing."""
        try:
            row = raw_row(body, headers, remote_address)
            await self._write_buffer.put(row)
        except Exception as error:
            self.unstored = Unstored(self.unstored.number + 1, now())
            self._trouble.failed(error)
            raise
        self._trouble.worked()
        return str(row["id"])

    async def outcome(self, key: str) -> Processed | None:
        """The verdict on a callback just received; None when a customer cannot wait for it."""
        return await self._queue.outcome(key)
