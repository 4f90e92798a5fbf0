"""The line before the judge: customers who wait for their page first, everything else in turn.

In a rush nobody waits and judging takes what little time it can: committing goes first. What the
memory does not hold stays in the table, which is the whole line.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import OperationalError

from app.desk.callbacks.process import BATCH, Processed, process_rows
from app.desk.context import Desk
from app.logs import Repeated
from app.records.callbacks import Callback, unjudged_keys
from app.records.database import UNREACHABLE

SEATS = 8
"""How many customers wait for a verdict at once; the others read "being confirmed"."""

PATIENCE = 1.0
"""How many seconds a customer waits at most."""

SPAN = 0.2
RUSH = 50
"""More results than this within SPAN seconds are a rush: nobody waits."""

REST = 39
"""In a rush judging rests this many times as long as it has worked."""

RUSH_BATCH = 4
"""The most callbacks judged in one transaction in a rush: what is being committed waits for it."""

LINE_LIMIT = 5_000
"""How many keys wait in memory."""

AGAIN_AFTER = 1.0
"""Seconds until judging is tried again after the database could not be written."""

log = logging.getLogger(__name__)


class VerificationQueue:
    """Has everything judged that is put into it. Belongs to one event loop."""

    def __init__(self, desk: Desk, tell: Callable[[Sequence[Callback]], None]) -> None:
        self._desk = desk
        self._tell_feed = tell
        self._customers: dict[str, asyncio.Future[Processed | None]] = {}
        self._seated: list[str] = []
        self._others: list[str] = []
        self._overflown = False
        self._judging = False
        self._trouble = Repeated(
            log,
            "stored callbacks could not be processed yet",
            "callbacks are processed again",
            outside=UNREACHABLE,
        )
        self._span, self._arrivals, self._rushed = 0, 0, False

    async def outcome(self, key: str) -> Processed | None:
        """The verdict on a callback just committed; None when its customer cannot wait for it."""
        self._count_arrival()
        rushing = self.rushing()
        if rushing and self._seated:
            self._unseat()
        if rushing or len(self._customers) >= SEATS:
            self._queue(key)
            return None
        future: asyncio.Future[Processed | None] = asyncio.get_running_loop().create_future()
        self._customers[key] = future
        self._seated.append(key)
        self._begin()
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            return None
        finally:
            self._customers.pop(key, None)

    def _unseat(self) -> None:
        """A rush has begun: who sat down before it need not wait for judging that rests."""
        unseated, self._seated = self._seated, []
        self._others[:0] = unseated
        for key in unseated:
            self._tell(key, None)

    def _count_arrival(self) -> None:
        span = int(time.monotonic() / SPAN)
        if span != self._span:
            self._rushed = self._arrivals > RUSH and span == self._span + 1
            self._span, self._arrivals = span, 0
        self._arrivals += 1

    def rushing(self) -> bool:
        """Whether this span of time, or the one before it, has had too many arrivals."""
        passed = int(time.monotonic() / SPAN) - self._span
        return passed <= 1 and (self._arrivals > RUSH or (self._rushed and not passed))

    def _queue(self, key: str) -> None:
        if len(self._others) < LINE_LIMIT:
            self._others.append(key)
        else:
            self._overflown = True
        self._begin()

    def _begin(self) -> None:
        if not self._judging:
            self._judging = True
            self._desk.tasks.spawn_for_all(self._judge_all())

    async def _judge_all(self) -> None:
        try:
            while keys := await self._next():
                start = time.monotonic()
                await self._judge(keys)
                if self.rushing():
                    await asyncio.sleep(REST * (time.monotonic() - start))
        finally:
            self._judging = False

    async def _next(self) -> Sequence[str]:
        if not self._seated and not self._others and self._overflown:
            self._others += await self._left_in_the_table()
            self._overflown = bool(self._others)
        line = self._seated or self._others
        number = RUSH_BATCH if self.rushing() else BATCH
        keys = line[:number]
        del line[:number]
        return keys

    async def _left_in_the_table(self) -> Sequence[str]:
        return await self._desk.writer.write(lambda session: unjudged_keys(session, "", BATCH))

    async def _judge(self, keys: Sequence[str]) -> None:
        """Judge together; where that fails, one by one: the others must not wait for one."""
        sandbox_on = self._desk.settings.sandbox_on
        try:
            judged = await self._desk.writer.write(lambda s: process_rows(s, sandbox_on, keys))
        except OperationalError as error:
            await self._keep(keys, error)
            return
        except Exception:
            if len(keys) > 1:
                for key in keys:
                    await self._judge([key])
                return
            log.exception("callback %s could not be processed", keys[0])
            judged = []
        self._trouble.worked()
        verdicts = {one.callback.id: one for one in judged}
        for key in keys:
            self._tell(key, verdicts.get(key))
        # The customers first: whoever reads the feed has more time.
        self._tell_feed([one.callback for one in judged])

    async def _keep(self, keys: Sequence[str], error: OperationalError) -> None:
        """The disk is full or the database away, no fault of these rows: they come again."""
        self._trouble.failed(error)
        for key in keys:
            self._tell(key, None)
        self._others[:0] = keys
        await asyncio.sleep(AGAIN_AFTER)

    def _tell(self, key: str, judged: Processed | None) -> None:
        future = self._customers.get(key)
        if future is not None and not future.done():
            future.set_result(judged)
