"""Waiting for what happens by itself: until it has, however busy the machine."""

import time
from collections.abc import Callable

GIVEN_UP_AFTER = 60.0
"""Seconds until a test stops waiting. Nothing that works is measured by it."""


def until(holds: Callable[[], object]) -> None:
    """Wait until it holds; fail where it never does."""
    deadline = time.monotonic() + GIVEN_UP_AFTER
    while not holds():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
