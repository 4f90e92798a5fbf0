"""The intake of one process: a notification is committed as it came, then read."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlmodel import Session

from app.desk.context import Desk
from app.desk.notifications.process import process
from app.desk.retention import RetentionPolicy, sweep_notifications
from app.logs import Repeated
from app.records.database import UNREACHABLE
from app.records.notifications import Notification

SWEEP_EVERY = 500
"""After how many notifications the limits are held: a flood must not outrun them."""

log = logging.getLogger(__name__)


class NotificationIntake:
    """Receives notifications for one process. Belongs to one event loop.

    `wake` is called when one has been read.
    """

    def __init__(
        self, desk: Desk, limits: RetentionPolicy, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._desk = desk
        self._limits = limits
        self._wake = wake
        self._received = 0
        self._unstored = Repeated(
            log,
            "a notification could not be stored",
            "notifications are stored again",
            outside=UNREACHABLE,
        )
        self._unread = Repeated(
            log,
            "a notification is stored but could not be processed",
            "notifications are processed again",
            outside=UNREACHABLE,
        )

    async def receive(self, body: bytes, remote_address: str) -> str:
        """Commit a body, read it, and return its key. Whatever raises here has stored nothing."""
        try:
            key = await self._desk.writer.write(lambda s: _store(s, body, remote_address))
        except Exception as error:
            self._unstored.failed(error)
            raise
        self._unstored.worked()
        try:
            await self._desk.writer.write(lambda s: process(s, self._desk.settings.our_shops, key))
            self._wake()
            await self._hold_limits()
        except UNREACHABLE as error:
            # It is stored, which is all the gateway wants to know; the next start reads it.
            self._unread.failed(error)
        except Exception:
            log.exception("notification %s could not be processed", key)
        else:
            self._unread.worked()
        return key

    async def _hold_limits(self) -> None:
        self._received += 1
        if self._received % SWEEP_EVERY == 0:
            await self._desk.writer.write(lambda s: sweep_notifications(s, self._limits))


def _store(session: Session, body: bytes, remote_address: str) -> str:
    notification = Notification(body=body, remote_address=remote_address[:64])
    session.add(notification)
    return notification.id
