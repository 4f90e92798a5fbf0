"""Customers who come to RetURL without a result: a redirect on the way turns a result into a GET.

A process knows its own visitors; nothing of a visit is stored. Whoever has brought a result of late
and comes again has only looked at the page once more.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import now

REMEMBERED = timedelta(hours=24)
LIMIT = 10_000
"""How many addresses, and how many visits, are remembered."""


@dataclass
class BareVisits:
    """The visits without a result, of those who had brought none before."""

    clock: Callable[[], datetime] = now
    _brought: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    _came: deque[datetime] = field(default_factory=lambda: deque(maxlen=LIMIT))

    def brought(self, address: str) -> None:
        """Somebody has brought a result."""
        self._brought.pop(address, None)
        self._brought[address] = self.clock()
        if len(self._brought) > LIMIT:
            self._brought.popitem(last=False)

    def came(self, address: str) -> None:
        """Somebody has come without one."""
        at = self._brought.get(address)
        if at is None or at < self.clock() - REMEMBERED:
            self._came.append(self.clock())

    def of_late(self) -> tuple[int, datetime | None]:
        """How many there were in the last day, and when the first of them came."""
        while self._came and self._came[0] < self.clock() - REMEMBERED:
            self._came.popleft()
        return len(self._came), self._came[0] if self._came else None
