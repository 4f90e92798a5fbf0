"""Handing on: a result that came for a shop is committed, and its customer sent on to the shop.

We stand between a customer and the shop then, so nothing of ours may stop them: where each goes is
kept in memory, since the database may be away, and committing is waited for only a moment.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool

from app.desk.callbacks import CallbackIntake
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.context import Desk
from app.records.database import UNREACHABLE
from app.records.shops import hand_on_addresses

log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds that a customer waits for the commit. Behind that they go on, and it goes on too."""

FRESH = 2.0
"""Seconds for which the addresses in memory are taken as they are."""

REMEMBERED = 1_000
"""Hand-ons of each shop whose time is remembered."""


@dataclass(frozen=True)
class Onward:
    """Where a customer is sent."""

    shop_key: str
    address: str

    def with_query(self, query: str) -> str:
        """The shop's address with what stood behind ours: a RetURL may carry a query."""
        if not query:
            return self.address
        return f"{self.address}{'&' if '?' in self.address else '?'}{query}"


class Timings(NamedTuple):
    """How long customers of a shop were held up, in milliseconds: of the last `number`."""

    number: int
    p50: float
    p99: float


class HandOns:
    """What hands results on in one process. Belongs to one event loop."""

    def __init__(
        self, desk: Desk, intake: CallbackIntake, storage_failures: StorageFailures
    ) -> None:
        self._desk, self._intake, self._failures = desk, intake, storage_failures
        self._addresses: Mapping[str, Onward] = {}
        self._read_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._took: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    async def load(self) -> None:
        """Read every shop's address anew, and wait for it: what is known outlives the database."""
        if self._reading is not None:
            await asyncio.wait({self._reading})
        await self._read_again()

    async def onward(self, key: str) -> Onward | None:
        """Where a key leads; None where it is no shop's. A key that is known never waits."""
        if self._read_at is None or time.monotonic() - self._read_at > FRESH:
            reading = self._read_again()
            if key not in self._addresses:
                await asyncio.wait({reading}, timeout=PATIENCE)
        return self._addresses.get(key)

    async def take(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> None:
        """Commit a result, or go on without: that is loud on the overview. Never raises."""
        storing = self._desk.tasks.spawn_for_all(self._store(body, headers, remote_address))
        try:
            await asyncio.wait({storing}, timeout=PATIENCE)
        except asyncio.CancelledError:
            # The process ends. The customer is told where to go on all the same.
            return

    def note(self, onward: Onward, seconds: float) -> None:
        """A customer of this shop was here for so long."""
        self._took[onward.shop_key].append(seconds * 1000)

    def timings(self, shop_key: str) -> Timings | None:
        """How long this shop's customers were held up since this process began."""
        took = sorted(self._took.get(shop_key, ()))
        if not took:
            return None
        p50, p99 = (took[ceil(len(took) * share) - 1] for share in (0.5, 0.99))
        return Timings(len(took), p50, p99)

    def _read_again(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = self._desk.tasks.spawn_for_all(self._read())
        return self._reading

    async def _read(self) -> None:
        asked_at = time.monotonic()
        try:
            found = await run_in_threadpool(self._found)
        except UNREACHABLE:
            # What is in memory stays: customers must get on.
            return
        self._addresses, self._read_at = found, asked_at

    def _found(self) -> Mapping[str, Onward]:
        with self._desk.database.reading() as session:
            rows = hand_on_addresses(session)
        return {key: Onward(*row) for key, row in rows.items()}

    async def _store(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> None:
        try:
            key = await self._intake.receive(body, headers, remote_address)
        except Exception:
            self._failures.note()
            return
        # Nobody waits for the verdict: the customer goes on once it is committed.
        self._desk.tasks.spawn_for_all(self._intake.outcome(key))
