"""The heartbeat of a process: a small real write every few seconds, which tells two things.

The others learn that this process lives, and it learns whether anything can be stored.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from datetime import datetime, timedelta

from app.clock import now
from app.desk.context import Desk
from app.desk.periodic import Periodic
from app.records.database import UNREACHABLE
from app.records.heartbeats import Beating, beat, forget, forget_before

BEAT_EVERY = 10.0
"""Seconds between two beats."""

MISSED_AFTER = timedelta(seconds=45)
"""How long after its last beat a process is missed: it has then missed four."""

FORGOTTEN_AFTER = timedelta(days=1)


class Heart:
    """One for a process. `failing_since`: since when nothing can be stored; None while it can."""

    def __init__(self, desk: Desk, kind: Beating) -> None:
        self.kind = kind
        self.name = f"{kind} {socket.gethostname()} {os.getpid()}"
        self.failing_since: datetime | None = None
        self._desk = desk
        self._beaten_at: float | None = None

    def job(self) -> Periodic:
        """It, for the length of a process."""
        return Periodic("heartbeat", lambda: asyncio.to_thread(self.beat), lambda: BEAT_EVERY)

    def beat(self) -> None:
        """Say that this process lives. Raises what the write raises."""
        at = now()
        try:
            with self._desk.database.writing() as session:
                beat(session, self.kind, self.name, at)
                forget_before(session, at - FORGOTTEN_AFTER)
        except Exception:
            self.failing_since = self.failing_since or at
            raise
        self.failing_since = None
        self._beaten_at = time.monotonic()

    def has_beaten_within(self, seconds: float) -> bool:
        """Whether something could be stored just now."""
        fine = self._beaten_at is not None and self.failing_since is None
        return fine and time.monotonic() - (self._beaten_at or 0) < seconds

    def stop(self) -> None:
        """An end in order: nobody need miss this process."""
        if self.failing_since:
            return
        with suppress(*UNREACHABLE), self._desk.database.writing() as session:
            forget(session, self.name)
