"""The intake of one process: a notice is committed as it came, then read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlmodel import Session

from app.desk.context import Desk
from app.desk.notifications.process import process
from app.desk.retention import RetentionPolicy, sweep_notifications
from app.records.notifications import Notification

READING_LIMIT = 50
"""How many bodies are read at once. The gateway waits 15 seconds and comes again."""

SWEEP_EVERY = 500
"""After how many notices the limits are held: a flood must not outrun them."""

log = logging.getLogger(__name__)


class NotificationIntake:
    """Receives notices for one process. Belongs to one event loop.

    `ring` is called when a notice has been read.
    """

    def __init__(
        self, desk: Desk, limits: RetentionPolicy, ring: Callable[[], None] = lambda: None
    ) -> None:
        self.reading = asyncio.Semaphore(READING_LIMIT)
        self._desk = desk
        self._limits = limits
        self._ring = ring
        self._received = 0

    async def receive(self, body: bytes, remote_address: str) -> str:
        """Commit a body, read it, and return its key. Whatever raises here has stored nothing."""
        key = await self._desk.writer.write(lambda s: _store(s, body, remote_address))
        try:
            await self._desk.writer.write(lambda s: process(s, self._desk.settings.sandbox_on, key))
            self._ring()
            await self._hold_limits()
        except Exception:
            # It is stored, which is all the gateway wants to know; the next start reads it.
            log.exception("notice %s could not be read", key)
        return key

    async def _hold_limits(self) -> None:
        self._received += 1
        if self._received % SWEEP_EVERY == 0:
            await self._desk.writer.write(lambda s: sweep_notifications(s, self._limits))


def _store(session: Session, body: bytes, remote_address: str) -> str:
    notice = Notification(body=body, remote_address=remote_address[:64])
    session.add(notice)
    return notice.id
