"""The live feed: one reader of the table in each process, for however many streams.

The table is the truth and is read by key. What wakes the reader is only a bell: this process's own
judge, PostgreSQL's LISTEN, and a look once a second for whatever neither rang for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from app.desk.desk import Desk
from app.desk.results.arrivals import Arrival, Known, Mark, fresh, missed, window_before
from app.records.bell import listening
from app.records.columns import now
from app.records.keys import first_key

KEPT = 2_000
"""How many arrivals are kept for streams that are slow; a slower one ends and begins again."""

LOOK_EVERY = 1.0
"""Seconds between two looks when nobody rings."""

BREATH = 0.02
"""Seconds between two reads: what arrives meanwhile is read together."""

log = logging.getLogger(__name__)


class Feed:
    """Tells its followers of every callback. Reads only while there are any."""

    def __init__(self, desk: Desk, stopping: asyncio.Event) -> None:
        self._desk = desk
        self._stopping = stopping
        self._bell = asyncio.Event()
        self._news = asyncio.Event()
        self._kept: deque[Arrival] = deque(maxlen=KEPT)
        self._told = 0  # arrivals ever told; the last of them is the last one kept
        self._known = Known()
        self._waiting: set[str] = set()
        self._followers = 0

    def ring(self) -> None:
        """Something may have arrived."""
        self._bell.set()

    async def follow(self, since: Mark | None) -> AsyncIterator[Sequence[Arrival]]:
        """What arrives from a mark on (None: from now on), an empty list at least every 15 s.

        Ends when the process stops and when the follower is too slow.
        """
        self._followers += 1
        if self._followers == 1:
            self._begin()
        try:
            place = self._told
            already = await self._catch_up(since) if since else []
            yield already
            told = {(one.callback.id, one.callback.judged_at) for one in already}
            while not self._stopping.is_set() and self._told - place <= KEPT:
                behind = self._told - place
                place = self._told
                recent = list(self._kept)[len(self._kept) - behind :]
                yield [one for one in recent if (one.callback.id, one.callback.judged_at) not in told]
                if self._told == place:
                    await self._wait()
        finally:
            self._followers -= 1

    async def _catch_up(self, since: Mark) -> Sequence[Arrival]:
        return await run_in_threadpool(self._read, since)

    def _read(self, since: Mark) -> Sequence[Arrival]:
        with self._desk.database.reading() as session:
            return missed(session, since)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), 15)

    def _begin(self) -> None:
        above = first_key(now())
        self._known = Known()
        self._desk.calls.spawn(self._read_on(window_before(above)))

    async def _read_on(self, above: str) -> None:
        listener = asyncio.ensure_future(listening(self._desk.database, self.ring))
        stop = asyncio.ensure_future(self._stopping.wait())
        stop.add_done_callback(lambda _: (self._bell.set(), self._news.set()))
        try:
            await self._look(window_before(first_key(now())), tell=False)
            while self._followers and not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), LOOK_EVERY)
                self._bell.clear()
                await self._look(window_before(first_key(now())))
                await asyncio.sleep(BREATH)
        finally:
            listener.cancel()
            stop.cancel()

    async def _look(self, above: str, *, tell: bool = True) -> None:
        try:
            arrived = await run_in_threadpool(self._fresh, above)
        except SQLAlchemyError as error:
            log.error("the feed cannot read (%s)", type(error).__name__)
            return
        self._known.forget_before(window_before(above))
        if arrived and tell:
            self._kept.extend(arrived)
            self._told += len(arrived)
            news, self._news = self._news, asyncio.Event()
            news.set()

    def _fresh(self, above: str) -> Sequence[Arrival]:
        with self._desk.database.reading() as session:
            return fresh(session, above, self._known, self._waiting)
