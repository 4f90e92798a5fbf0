"""The queue before the passwords: a storm of sign-ins is kept out of everybody's way.

One hash costs what a dozen pages cost, and takes a thread meanwhile. So whatever hashes runs in
threads of its own, few at a time; a few more wait, and the rest is told at once to come again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import Any, ParamSpec, TypeVar

AT_ONCE = 2
WAITING = 8
"""How many are worked on, and how many wait. A choice: the last one waits about a second."""

RETRY_AFTER = 3
"""Seconds after which it is worth while to come again."""

P = ParamSpec("P")
T = TypeVar("T")


class Crowded(Exception):
    """Too many wait already; nothing was looked at."""


class PasswordQueue:
    """One for a process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._inside = 0
        self._lock = Lock()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do this when its turn comes. Raises Crowded, or what the work raises."""
        with self._lock:
            if self._inside >= AT_ONCE + WAITING:
                raise Crowded
            self._inside += 1
        # Whoever hangs up meanwhile keeps their place until a thread has come to it.
        future = self._threads.submit(copy_context().run, partial(work, *args, **kwargs))
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _leave(self, future: Future[Any]) -> None:
        del future
        with self._lock:
            self._inside -= 1
