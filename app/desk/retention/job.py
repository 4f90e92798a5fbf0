"""The job that sweeps: it looks often whether it is time, and looking costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.desk.context import Desk
from app.desk.retention.policy import RetentionPolicy, SweepTimes
from app.desk.retention.sweep import sweep_all

LOOK_EVERY = 1.0
"""Seconds between two looks."""

FIRST_SWEEP = 60.0
"""Seconds until the first sweep, if nothing calls for one sooner: a start has more urgent things
to do."""


class RetentionJob:
    """Sweeps for one process. `stored` tells how many bytes of callbacks have come in since it
    began."""

    def __init__(
        self,
        desk: Desk,
        limits: RetentionPolicy,
        clock: Callable[[], float],
        stored: Callable[[], int],
    ) -> None:
        self._desk, self._limits, self._stored = desk, limits, stored
        self._times = SweepTimes(clock, FIRST_SWEEP)

    async def look(self) -> None:
        """Sweep, if it is time. The end of the process cuts it short."""
        stored = self._stored()
        if not self._times.is_due(stored):
            return
        try:
            await asyncio.to_thread(sweep_all, self._desk.database, self._limits, self._is_over)
        finally:
            self._times.swept(stored)

    def _is_over(self) -> bool:
        return self._desk.tasks.closing
