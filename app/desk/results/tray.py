"""The tray: results on their way to the disk. What gathers during one commit shares the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.desk.desk import Desk
from app.desk.results.receiving import RawRow, store

MOST_AT_ONCE = 200

GATHERING = 0.001
"""Seconds that a group waits for more, when the one before it held several: in a rush a commit
costs more than this, and the fewer there are the more is received."""


class Tray:
    """Commits what is put into it, many rows at a time. Belongs to one event loop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: list[tuple[RawRow, asyncio.Future[None]]] = []
        self._emptying = False

    async def put(self, row: RawRow) -> None:
        """Return once the row is committed. Whatever raises here has stored nothing."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if not self._emptying:
            self._emptying = True
            self._desk.calls.spawn(self._empty())
        # Whoever hangs up meanwhile does not take the row back.
        await future

    async def _empty(self) -> None:
        group: Sequence[object] = ()
        try:
            while self._waiting:
                if len(group) > 1:
                    await asyncio.sleep(GATHERING)
                group = self._waiting[:MOST_AT_ONCE]
                del self._waiting[:MOST_AT_ONCE]
                await self._commit(group)
        finally:
            self._emptying = False

    async def _commit(self, group: Sequence[tuple[RawRow, asyncio.Future[None]]]) -> None:
        """Commit together; where that fails, one by one: a small row may still fit."""
        rows = [row for row, _ in group]
        try:
            await self._desk.writer.write(lambda session: store(session, rows))
        except Exception as error:
            if len(group) > 1:
                for one in group:
                    await self._commit([one])
            elif not group[0][1].done():
                group[0][1].set_exception(error)
        else:
            for _, future in group:
                if not future.done():
                    future.set_result(None)
