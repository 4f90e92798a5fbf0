"""The intake of one process: callbacks are committed at once and verified a handful at a time.

The sender is a customer's browser, which never tries again. So nothing is refused for its rate:
bodies wait in a queue to be read, and when verifying falls behind it is verifying that waits. What
is not verified here, for whatever reason, is in the table and left to `catch_up`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from app.clock import now
from app.desk.callbacks import limits
from app.desk.callbacks.process import Processed, process_rows
from app.desk.callbacks.queue import Load, VerificationQueue
from app.desk.callbacks.ranking import Rank, Ranking
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.callbacks.trouble import OUTSIDE
from app.desk.context import Desk
from app.logs import Repeated
from app.records.callbacks import Callback
from app.records.encryption import DecryptionFailed

log = logging.getLogger(__name__)


class Unstored(NamedTuple):
    """How many callbacks could not be stored since this process began, and when last."""

    number: int
    last_at: datetime | None


class CallbackIntake:
    """Receives and verifies for one process. Belongs to one event loop.

    `announce` is called with the callbacks that have been processed. `clock` counts seconds from
    anywhere, and `patience` is how many of them a customer waits. What is to be done next is the
    queue's to say; here it is done.
    """

    def __init__(
        self,
        desk: Desk,
        announce: Callable[[Sequence[Callback]], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        patience: float | None = None,
    ) -> None:
        self.unstored = Unstored(0, None)
        self.unstored_keys: list[str] = []
        self.load = Load(clock)
        self._desk, self._announce, self._clock = desk, announce, clock
        self._patience = limits.PATIENCE if patience is None else patience
        self._ranking = Ranking(desk.settings.our_shops, clock)
        self._ranks: dict[str, Rank] = {}
        self._queue = VerificationQueue(self.load)
        self._customers: dict[str, asyncio.Future[Processed | None]] = {}
        self._verifying = False
        self._waited_for = asyncio.Event()
        self._storing = Repeated(
            log, "a callback could not be stored", "callbacks are stored again", outside=OUTSIDE
        )
        self._processing = Repeated(
            log,
            "stored callbacks could not be processed yet",
            "callbacks are processed again",
            outside=OUTSIDE,
        )

    async def receive(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> str:
        """Commit a body as it came and return its key. Whatever raises here has stored nothing, as
        far as can be known: a COMMIT may have been carried out though its reply was lost.

        `headers` are lower-cased names with values, `raw.TARGET` among them.
        """
        rank = self._ranking.rank(body)
        row = raw_row(body, headers, remote_address, rank)
        key = str(row["id"])
        try:
            await self._desk.writer.append(INSERT, [row])
        except Exception as error:
            self._note_unstored(key)
            self._storing.failed(error)
            raise
        self._storing.worked()
        self.load.store(len(body))
        self._ranks[key] = rank
        return key

    def _note_unstored(self, key: str) -> None:
        self.unstored = Unstored(self.unstored.number + 1, now())
        if len(self.unstored_keys) < limits.UNSTORED_KEYS:
            self.unstored_keys.append(key)

    async def outcome(self, key: str) -> Processed | None:
        """What came of a callback just received; None when its customer cannot wait for it."""
        may_wait = self._queue.arrive(key, self._ranks.pop(key, Rank.UNPROVEN))
        self._begin()
        if not may_wait:
            return None
        self._waited_for.set()
        return await self._wait_for(key)

    async def _wait_for(self, key: str) -> Processed | None:
        self._customers[key] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience):
                return await self._customers[key]
        except TimeoutError:
            return None
        finally:
            del self._customers[key]

    def _answer(self, key: str, processed: Processed | None) -> None:
        customer = self._customers.get(key)
        if customer is not None and not customer.done():
            customer.set_result(processed)

    def _begin(self) -> None:
        if not self._verifying:
            self._verifying = True
            self._desk.tasks.spawn_for_all(self._verify_all())

    async def _verify_all(self) -> None:
        try:
            while keys := self._queue.next_keys():
                self._waited_for.clear()
                if self._ranking.is_stale():
                    await self._know_shops()
                began = self._clock()
                await self._verify(keys)
                if rest := self._queue.rest_after(self._clock() - began):
                    await self._rest(rest)
        finally:
            self._verifying = False

    async def _rest(self, seconds: float) -> None:
        """Let committing go first; no longer than until a customer comes who waits."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._waited_for.wait()

    async def _know_shops(self) -> None:
        """For ranking. Where they cannot be read, verifying will say so."""
        with suppress(DecryptionFailed, *OUTSIDE):
            await asyncio.to_thread(self._ranking.refresh, self._desk.database)

    async def _verify(self, keys: Sequence[str]) -> None:
        """Verify together; where that fails, one by one: the others must not wait for one. What
        cannot be verified is left to the table."""
        ours = self._desk.settings.our_shops
        try:
            processed = await self._desk.writer.write(lambda s: process_rows(s, ours, keys))
        except OUTSIDE as error:
            self._leave(keys, error)
        except Exception as error:
            if len(keys) == 1:
                self._leave(keys, error)
                return
            for key in keys:
                await self._verify([key])
        else:
            self._processing.worked()
            self._tell(keys, processed)

    def _tell(self, keys: Sequence[str], processed: Sequence[Processed]) -> None:
        found = {one.callback.id: one for one in processed}
        for key in keys:
            self._answer(key, found.get(key))
        # The customers first: whoever reads the feed has more time.
        self._announce([one.callback for one in processed])

    def _leave(self, keys: Sequence[str], error: Exception) -> None:
        self._processing.failed(error)
        for key in keys:
            self._answer(key, None)
