"""The time of a history. It moves when a history says so, and a little with every look at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TICK = timedelta(milliseconds=1)


class Clock:
    """Stands in for `datetime` in `app.clock`, where every moment of the desk comes from."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Every history begins at the same time, so that it can be told again."""
        self._at = datetime(2026, 1, 10, 3, tzinfo=UTC)

    def now(self, _zone: object = UTC) -> datetime:
        """This moment. No two are the same, as in life."""
        self._at += TICK
        return self._at

    def passes(self, by: timedelta) -> None:
        """Let time pass."""
        self._at += by
