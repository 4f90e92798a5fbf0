"""Whether this process can serve: asked of the database itself, and answered in time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from app.desk.context import Desk
from app.desk.health.heart import Heart
from app.records.database import UNREACHABLE
from app.records.encryption import DecryptionFailed
from app.records.schema import schema_problem
from app.records.shops import Shop

ANSWER_WITHIN = 3.0
"""Seconds. Whoever asks gives up sooner or later, and then believes the worst."""

STORED_WITHIN = 5.0
"""Seconds for which a write that worked is proof enough: anybody may ask as often as they like."""


class Readiness:
    """One for a process. Whoever asks while it is being looked at shares the answer."""

    def __init__(self, desk: Desk, heart: Heart) -> None:
        self._desk, self._heart = desk, heart
        # Its own: the pool of all others may be waiting for the very database.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._looking: asyncio.Future[str | None] | None = None

    async def problem(self) -> str | None:
        """The reason's name: `database` (no answer), `schema` (another version), `storing` (nothing
        can be written) or `secret-key` (it opens no secret); None when all is well."""
        if self._looking is None or self._looking.done():
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._thread, self._look)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await asyncio.shield(self._looking)
        except TimeoutError:
            return "database"

    def close(self) -> None:
        """Look no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _look(self) -> str | None:
        return schema_problem(self._desk.database) or self._storing() or self._secrets()

    def _storing(self) -> str | None:
        if self._heart.has_beaten_within(STORED_WITHIN):
            return None
        with suppress(SQLAlchemyError, *UNREACHABLE):
            self._heart.beat()
            return None
        return "storing"

    def _secrets(self) -> str | None:
        try:
            with self._desk.database.reading() as session:
                session.exec(select(Shop).limit(1)).first()
        except DecryptionFailed:
            return "secret-key"
        except (SQLAlchemyError, *UNREACHABLE):
            return "database"
        return None
