"""Orders are filed for the search after they were written: by a job, and before a search asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.records.database import UNREACHABLE, Database
from app.records.order_search import file_waiting, number_waiting

BATCH = 100
"""How many orders are filed in one transaction: whoever writes waits behind it."""

AT_ONCE = 2000
"""The most orders that are filed in one turn of the job."""

COUNTED = 10_000
"""Up to how many a search counts what still waits."""


class OrderFiler:
    """The job. In a rush of callbacks it files one batch a turn; what waits is found later."""

    def __init__(self, database: Database, is_rush: Callable[[], bool]) -> None:
        self._database, self._is_rush = database, is_rush
        self._more = False

    async def tick(self) -> int:
        """File what waits, up to AT_ONCE orders; how many were filed."""
        filed = 0
        while filed < AT_ONCE:
            batch = await asyncio.to_thread(_file_batch, self._database)
            filed += batch
            self._more = batch == BATCH
            if not self._more or self._is_rush():
                break
        return filed

    def pause(self) -> float:
        """Seconds until the next turn."""
        if self._is_rush():
            return 5.0
        return 0.1 if self._more else 1.0


def catch_up(database: Database) -> int:
    """File what little may have been written just now; how many orders still wait, to COUNTED."""
    if _waiting(database) == 0:
        return 0
    try:
        _file_batch(database)
    except UNREACHABLE:
        return _waiting(database)  # what is filed can still be searched
    return _waiting(database)


def file_all(database: Database) -> None:
    """File every order that waits."""
    while _file_batch(database):
        pass


def _file_batch(database: Database) -> int:
    with database.writing() as session:
        return file_waiting(session, BATCH)


def _waiting(database: Database) -> int:
    with database.reading() as session:
        return number_waiting(session, COUNTED)
