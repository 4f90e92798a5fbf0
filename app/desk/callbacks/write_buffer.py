"""The tray: results on their way to the disk. What gathers during one commit shares the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.desk.callbacks.raw import INSERT, RawRow
from app.desk.context import Desk

MOST_AT_ONCE = 200

GATHERING = 0.001
"""Seconds that a group waits at most to become as large as the one before it. In a rush a commit
costs more than this, and the fewer there are the more is received."""

_Waiting = tuple[RawRow, "asyncio.Future[None]"]


class WriteBuffer:
    """Commits what is put into it, many rows at a time. Belongs to one event loop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: list[_Waiting] = []
        self._enough = 1
        self._gathered = asyncio.Event()
        self._emptying = False

    async def put(self, row: RawRow) -> None:
        """Return once the row is committed. Whatever raises here has stored nothing."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if not self._emptying:
            self._emptying = True
            self._desk.tasks.spawn(self._empty())
        elif len(self._waiting) >= self._enough:
            self._gathered.set()
        # Whoever hangs up meanwhile does not take the row back.
        await future

    async def _empty(self) -> None:
        self._enough = 1
        try:
            while self._waiting:
                await self._gather()
                group = self._waiting[:MOST_AT_ONCE]
                del self._waiting[:MOST_AT_ONCE]
                self._enough = len(group)
                await self._commit(group)
        finally:
            self._emptying = False

    async def _gather(self) -> None:
        if len(self._waiting) >= self._enough:
            return
        self._gathered.clear()
        timer = asyncio.get_running_loop().call_later(GATHERING, self._gathered.set)
        await self._gathered.wait()
        timer.cancel()

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        """Commit together; where that fails, one by one: a small row may still fit."""
        rows = [row for row, _ in group]
        try:
            await self._desk.writer.append(INSERT, rows)
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
