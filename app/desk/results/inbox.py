"""The inbox of one process: results are committed at once and judged a handful at a time.

The sender is a customer's browser, which never tries again. So nothing is refused for its rate:
bodies wait in line to be read, and when judging falls behind it is judging that waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from app.desk.desk import Desk
from app.desk.results.judging import Judged
from app.desk.results.line import Line
from app.desk.results.receiving import raw_row
from app.desk.results.tray import Tray

READING_LIMIT = 500
"""How many bodies are read at once: with 64 KiB each, 32 MiB of memory at most."""


class Inbox:
    """Receives and judges for one process. Belongs to one event loop.

    `ring` is called when callbacks have been judged.
    """

    def __init__(self, desk: Desk, ring: Callable[[], None] = lambda: None) -> None:
        self.reading = asyncio.Semaphore(READING_LIMIT)
        self._tray = Tray(desk)
        self._line = Line(desk, ring)

    async def receive(
        self, body: bytes, headers: Iterable[tuple[str, str]], remote_address: str
    ) -> str:
        """Commit a body and return its key. Whatever raises here has stored nothing."""
        row = raw_row(body, headers, remote_address)
        await self._tray.put(row)
        return str(row["id"])

    async def judged(self, key: str) -> Judged | None:
        """The verdict on a callback just received; None when a customer cannot wait for it."""
        return await self._line.judged(key)
