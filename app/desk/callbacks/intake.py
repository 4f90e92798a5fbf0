"""The intake of one process: callbacks are committed at once and verified a handful at a time.

The sender is a customer's browser, which never tries again. So nothing is refused for its rate:
bodies wait in a queue to be read, and when verifying falls behind it is verifying that waits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import OperationalError

from app.clock import now
from app.desk.callbacks import limits
from app.desk.callbacks.process import Processed, process_rows
from app.desk.callbacks.queue import Load, VerificationQueue
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.context import Desk
from app.logs import Repeated
from app.records.callbacks import Callback, unprocessed_keys
from app.records.database import UNREACHABLE

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
        self.load = Load(clock)
        self._desk, self._announce, self._clock = desk, announce, clock
        self._patience = limits.PATIENCE if patience is None else patience
        self._queue = VerificationQueue(self.load)
        self._customers: dict[str, asyncio.Future[Processed | None]] = {}
        self._verifying = False
        self._storing = Repeated(
            log, "a callback could not be stored", "callbacks are stored again", outside=UNREACHABLE
        )
        self._processing = Repeated(
            log,
            "stored callbacks could not be processed yet",
            "callbacks are processed again",
            outside=UNREACHABLE,
        )

    async def receive(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> str:
        """Commit a body as it came and return its key. Whatever raises here has stored nothing.

        `headers` are lower-cased names with values, `raw.TARGET` among them.
        """
        try:
            row = raw_row(body, headers, remote_address)
            await self._desk.writer.append(INSERT, [row])
        except Exception as error:
            self.unstored = Unstored(self.unstored.number + 1, now())
            self._storing.failed(error)
            raise
        self._storing.worked()
        return str(row["id"])

    async def outcome(self, key: str) -> Processed | None:
        """What came of a callback just received; None when its customer cannot wait for it."""
        arrival = self._queue.arrive(key)
        for other in arrival.no_longer_waiting:
            self._answer(other, None)
        self._begin()
        return await self._wait_for(key) if arrival.may_wait else None

    async def _wait_for(self, key: str) -> Processed | None:
        self._customers[key] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience):
                return await self._customers[key]
        except TimeoutError:
            return None
        finally:
            del self._customers[key]
            self._queue.leave(key)

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
            while keys := await self._next_keys():
                began = self._clock()
                await self._verify(keys)
                if rest := self._queue.rest_after(self._clock() - began):
                    await asyncio.sleep(rest)
        finally:
            self._verifying = False

    async def _next_keys(self) -> Sequence[str]:
        behind = self._queue.to_read()
        if behind is not None:
            found = await self._desk.writer.write(
                lambda session: unprocessed_keys(session, behind, limits.BATCH)
            )
            self._queue.add_read(found)
        return self._queue.next_keys()

    async def _verify(self, keys: Sequence[str]) -> None:
        """Verify together; where that fails, one by one: the others must not wait for one."""
        ours = self._desk.settings.our_shops
        try:
            processed = await self._desk.writer.write(lambda s: process_rows(s, ours, keys))
        except OperationalError as error:
            await self._put_back(keys, error)
            return
        except Exception:
            if len(keys) > 1:
                for key in keys:
                    await self._verify([key])
                return
            log.exception("callback %s could not be processed", keys[0])
            processed = []
        self._processing.worked()
        found = {one.callback.id: one for one in processed}
        for key in keys:
            self._answer(key, found.get(key))
        # The customers first: whoever reads the feed has more time.
        self._announce([one.callback for one in processed])

    async def _put_back(self, keys: Sequence[str], error: OperationalError) -> None:
        """The disk is full or the database away, no fault of these rows: they come again."""
        self._processing.failed(error)
        for key in keys:
            self._answer(key, None)
        self._queue.put_back(keys)
        await asyncio.sleep(limits.AGAIN_AFTER)
