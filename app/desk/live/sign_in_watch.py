"""Who may still follow: a live stream ends with its sign-in, by whatever that has ended.

One look in a process serves all of its streams.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.clock import now
from app.desk.context import Desk
from app.desk.periodic import wait_or_stop
from app.logs import Repeated
from app.records.accounts import valid_sign_ins
from app.records.database import UNREACHABLE
from app.records.keys import digest

LOOK_EVERY = 5.0
"""Seconds between two looks. A stream promises to end within fifteen."""

log = logging.getLogger(__name__)


class SignInWatch:
    """`on_end` is called when a sign-in that is watched has ended. Belongs to one event loop.

    While nobody can be asked, everybody stays: a feed has no news either then.
    """

    def __init__(self, desk: Desk, stopping: asyncio.Event, on_end: Callable[[], None]) -> None:
        self._desk, self._stopping, self._on_end = desk, stopping, on_end
        self._watched: Counter[str] = Counter()
        self._ended: set[str] = set()
        self._looking = False
        self._trouble = Repeated(
            log,
            "whether streams are still signed in cannot be told",
            "streams are known to be signed in again",
            outside=UNREACHABLE,
        )

    @contextmanager
    def watching(self, secret: str) -> Iterator[Callable[[], bool]]:
        """Watch a sign-in for the length of a block; what it gives says whether it still holds."""
        key = digest(secret)
        self._watched[key] += 1
        if not self._looking:
            self._looking = True
            self._desk.tasks.spawn_for_all(self._look_on())
        try:
            yield lambda: key not in self._ended
        finally:
            self._watched[key] -= 1
            if not self._watched[key]:
                del self._watched[key]
                self._ended.discard(key)

    async def _look_on(self) -> None:
        try:
            while self._watched and not await wait_or_stop(LOOK_EVERY, self._stopping):
                await self._look()
        finally:
            self._looking = False

    async def _look(self) -> None:
        keys = list(self._watched)
        try:
            valid = await asyncio.to_thread(self._valid, keys)
        except UNREACHABLE as error:
            self._trouble.failed(error)
            return
        self._trouble.worked()
        ended = {key for key in keys if key not in valid and key in self._watched}
        if ended - self._ended:
            self._ended |= ended
            self._on_end()

    def _valid(self, keys: list[str]) -> set[str]:
        with self._desk.database.reading() as session:
            return valid_sign_ins(session, keys, now())
