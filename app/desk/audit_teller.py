"""Tells the log of the process where the audit log ends: that log is kept elsewhere.

It remembers the place in the data folder, too. Whoever puts an older copy in the database's place
sets the audit log back: the next start notices, and writes it down.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from pathlib import Path

from app.desk.audit import record_noticed
from app.records.audit_chain import Checkpoint, end_of_chain, stands
from app.records.audit_checkpoints import checkpoint_text
from app.records.database import Database

log = logging.getLogger(__name__)

TELL_FIRST, TELL_EVERY = 5.0, 60.0
"""Seconds until the first look at whether there is anything new to tell of, and between two."""

FILE = "audit-end"
"""Where the audit log ended when it was last told of: `number:digest`, beside the database."""


class AuditTeller:
    """One for a process. `told`: the last place it has told of; None before its first look."""

    def __init__(self, database: Database, folder: Path | None = None) -> None:
        self.database = database
        self.told: int | None = None
        self._file = folder / FILE if folder else None

    async def tick(self) -> None:
        """Tell of the end where it has moved."""
        await asyncio.to_thread(self._tell)

    def _tell(self) -> None:
        if self.told is None:
            self._compare()
        with self.database.reading() as session:
            end = end_of_chain(session)
        if end.number != (self.told or 0):
            log.info("audit checkpoint %s", checkpoint_text(self.database))
            self._remember(end)
        self.told = end.number

    def _compare(self) -> None:
        # Read before the database is: another process may write both meanwhile.
        kept = self._remembered()
        if kept is None:
            return
        with self.database.reading() as session:
            if stands(session, kept):
                return
        with self.database.writing() as session:
            end = end_of_chain(session)
            record_noticed(session, "restored", before=kept.number, after=end.number)

    def _remembered(self) -> Checkpoint | None:
        if self._file is None:
            return None
        try:
            number, _, digest = self._file.read_text("ascii").strip().partition(":")
            return Checkpoint(int(number), digest)
        except (OSError, ValueError):
            return None

    def _remember(self, end: Checkpoint) -> None:
        if self._file is None:
            return
        fresh = self._file.with_name(f"{FILE}.{os.getpid()}")
        # On a full disk it is the earlier place that is remembered, which is as true.
        with suppress(OSError):
            fresh.write_text(f"{end.number}:{end.digest}\n", "ascii")
            fresh.replace(self._file)
