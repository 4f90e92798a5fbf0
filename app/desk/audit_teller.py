"""Tells the log of the process where the audit log ends: that log is kept elsewhere."""

from __future__ import annotations

import asyncio
import logging

from app.records.audit_chain import end_of_chain
from app.records.audit_checkpoints import checkpoint_text
from app.records.database import Database

log = logging.getLogger(__name__)

TELL_FIRST, TELL_EVERY = 5.0, 60.0
"""Seconds until the first look at whether there is anything new to tell of, and between two."""


class AuditTeller:
    """One for a process. `told`: the last place it has told of."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.told = 0

    async def tick(self) -> None:
        """Tell of the end where it has moved."""
        await asyncio.to_thread(self._tell)

    def _tell(self) -> None:
        with self.database.reading() as session:
            end = end_of_chain(session)
        if end.number != self.told:
            log.info("audit checkpoint %s", checkpoint_text(self.database))
            self.told = end.number
