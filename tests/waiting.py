"""Waiting for what happens by itself: until it has, however busy the machine."""

import time
from collections.abc import Callable
from typing import TypeVar

GIVEN_UP_AFTER = 60.0
"""Seconds until a test stops waiting. Nothing that works is measured by it."""

PAUSES_AT_MOST = 0.2
"""Seconds between two looks: to look at a page takes its own time from whoever makes it true."""

Found = TypeVar("Found")


def until(holds: Callable[[], Found | None]) -> Found:
    """Wait until it holds; fail where it never does. Looks often at first, then less and less."""
    deadline, pause = time.monotonic() + GIVEN_UP_AFTER, 0.01
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(pause)
        pause = min(pause * 1.5, PAUSES_AT_MOST)
    return found
