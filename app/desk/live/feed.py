"""The live feed: one reader of the table in each process, for however many streams.

The table is the truth and is read by key. What wakes the reader is only a hint: PostgreSQL's
LISTEN, and a look once a second for whatever woke nobody. What this process has verified itself
it holds in its hands and tells at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.clock import now
from app.desk.context import Desk
from app.desk.live.callback_events import WINDOW, CallbackEvent, Cursor, SeenKeys, fresh, missed
from app.desk.live.notification_events import (
    NotificationEvent,
    NotificationReader,
    notification_events_since,
)
from app.logs import Repeated
from app.records.callback_feed import without_body
from app.records.callbacks import Callback
from app.records.database import UNREACHABLE
from app.records.keys import first_key
from app.records.pubsub import listen

News = CallbackEvent | NotificationEvent

KEPT = 2_000
"""How many arrivals are kept for streams that are slow; a slower one ends and begins again."""

LOOK_EVERY = 1.0
"""Seconds between two looks when nothing wakes the reader."""

BREATH = 0.01
"""Seconds between two reads: what arrives meanwhile is read together."""

NEAR = timedelta(seconds=1)
"""How far back a look usually goes: well beyond an ordinary commit."""

QUIET = 15.0
"""Seconds after which a follower hears that there is no news."""

log = logging.getLogger(__name__)


class Feed:
    """Tells its followers of every callback, and of notifications that name orders of ours.

    Reads only while there are any.
    """

    def __init__(self, desk: Desk, stopping: asyncio.Event) -> None:
        self._desk = desk
        self._stopping = stopping
        self._woken = asyncio.Event()
        self._news = asyncio.Event()
        self._kept: deque[News] = deque(maxlen=KEPT)
        self._announced = 0  # arrivals ever announced; the last of them is the last one kept
        self._known = SeenKeys()
        self._notifications = NotificationReader()
        self._waiting: set[str] = set()
        self._followers = 0
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._trouble = Repeated(
            log,
            "the live feed cannot look",
            "the live feed looks again",
            outside=UNREACHABLE,
        )

    def wake(self) -> None:
        """Something may have arrived."""
        self._woken.set()

    def wake_followers(self) -> None:
        """Have every follower look up: there is something else than news."""
        self._wake_all()

    def announce(self, processed: Sequence[Callback]) -> None:
        """These have just been processed in this process.

        Told at once, as far as nothing has to be read for it; the table tells of the others.
        """
        if self._reader is None or not self._ready.is_set():
            return
        new = [one for one in processed if one.copy_of is None and self._known.add(one.id)]
        firsts = [without_body(one) for one in new]
        if firsts:
            self._keep([CallbackEvent(self._known.cursor(one.id), one, one, 0) for one in firsts])
            self._wake_all()
        if len(firsts) < len(processed):
            self.wake()

    async def follow(self, since: Cursor | None) -> AsyncIterator[Sequence[News]]:
        """What arrives from a cursor on (None: from now on); an empty list now and then.

        Ends when the process stops and when the follower is too slow.
        """
        self._followers += 1
        try:
            await self._reading()
            place = self._announced
            already = await asyncio.to_thread(self._missed, since) if since else ()
            sent = set(map(_name, already))
            yield already
            while not self._stopping.is_set() and self._announced - place <= len(self._kept):
                recent = self._since(place)
                place = self._announced
                yield [one for one in recent if _name(one) not in sent] if sent else recent
                if self._announced == place:
                    await self._news.wait()
        finally:
            self._followers -= 1

    async def _reading(self) -> None:
        """Have somebody read, and return once what is there already is known."""
        if self._reader is None:
            self._ready = asyncio.Event()
            self._reader = self._desk.tasks.spawn_for_all(self._read())
        await self._ready.wait()

    def _missed(self, since: Cursor) -> Sequence[News]:
        with self._desk.database.reading() as session:
            return [*missed(session, since), *notification_events_since(session, since.key)]

    def _since(self, place: int) -> Sequence[News]:
        return [self._kept[-back] for back in range(self._announced - place, 0, -1)]

    async def _read(self) -> None:
        listener = asyncio.ensure_future(listen(self._desk.database, self.wake))
        stop = asyncio.ensure_future(self._stopping.wait())
        stop.add_done_callback(lambda _: self._wake_all())
        try:
            await self._look(WINDOW, announce=False)
            self._ready.set()
            await self._keep_looking()
        finally:
            self._reader = None
            self._ready.set()
            listener.cancel()
            stop.cancel()

    async def _keep_looking(self) -> None:
        looked = spoken = time.monotonic()
        while self._followers and not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY)
            self._woken.clear()
            # Now and then far back, for a row that took long to be committed.
            far = time.monotonic() - looked >= LOOK_EVERY
            looked = time.monotonic() if far else looked
            if await self._look(WINDOW if far else NEAR) or looked - spoken >= QUIET:
                self._wake_all()
                spoken = time.monotonic()
            await asyncio.sleep(BREATH)

    async def _look(self, back: timedelta, *, announce: bool = True) -> bool:
        """Read how things are; whether there is news."""
        try:
            arrived = await asyncio.to_thread(self._fresh, first_key(now() - back))
        except SQLAlchemyError as error:
            self._trouble.failed(error)
            return False
        self._trouble.worked()
        forgotten = first_key(now() - 3 * WINDOW)
        self._known.forget_before(forgotten)
        self._notifications.forget_before(forgotten)
        if announce:
            self._keep(arrived)
        return bool(arrived)

    def _fresh(self, above: str) -> Sequence[News]:
        with self._desk.database.reading() as session:
            arrived = fresh(session, above, self._known, self._waiting)
            return [*arrived, *self._notifications.fresh(session, above)]

    def _keep(self, arrived: Sequence[News]) -> None:
        self._kept.extend(arrived)
        self._announced += len(arrived)

    def _wake_all(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
        if self._stopping.is_set():
            self._woken.set()
            self._news.set()


def _name(news: News) -> tuple[str, datetime | None]:
    if isinstance(news, NotificationEvent):
        return news.key, None
    return news.callback.id, news.callback.judged_at
