"""The sandbox's store: one SQLite file and the one thread that touches it.

Every job runs in that thread, in the order of arrival. Whatever has gathered while the last
commit was on its way to the disk becomes the next group and shares one commit, so that durability
costs one disk write per group and not one per request.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar

from app.sandbox.store.schema import open_store

P = ParamSpec("P")
T = TypeVar("T")

Store = Path | Literal[":memory:"]

# Bounds how long the first of a group waits for the last, not how much may wait in line.
GROUP_LIMIT: Final = 256


class StoreClosed(RuntimeError):
    """A job was handed in before `open` or after `close`."""


class _Job:
    """A function over the connection, and the future that gets its answer after the commit."""

    __slots__ = ("answer", "error", "future", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], Any], future: asyncio.Future[Any]):
        self.work = work
        self.future = future
        self.answer: Any = None
        self.error: BaseException | None = None

    def resolve(self) -> None:
        if self.future.done():  # the one who asked went away; what they asked for stands
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)


class StoreWriter:
    """Runs jobs over the sandbox's store and answers each after it is on the disk.

    `store` is a file, made where it is missing, or ":memory:". An open store belongs to the
    event loop that opened it.
    """

    def __init__(self, store: Store) -> None:
        self.store: Store = store
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the store and start its thread. Raises sqlite3.Error where the file is no store."""
        self._loop = asyncio.get_running_loop()
        connection = await asyncio.to_thread(open_store, self.store)
        self._thread = threading.Thread(
            target=self._work, args=(connection,), name="sandbox-store", daemon=True
        )
        self._thread.start()

    async def close(self) -> None:
        """Finish what was handed in, then close the store. Does nothing when it is not open."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    async def run(
        self,
        job: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `job(connection, ...)` in the store's thread; its answer, once committed.

        Whatever the job raises reaches the caller, and nothing that it did stays. A job may be
        run a second time (see `_commit_one_by_one`), so it must do nothing but talk to the
        connection. Raises LedgerClosed.
        """
        if self._thread is None or self._loop is None:
            raise StoreClosed("the sandbox's store is not open")
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(lambda connection: job(connection, *args, **kwargs), future))
        return await future

    def _work(self, connection: sqlite3.Connection) -> None:
        closing = False
        while not closing:
            group, closing = self._next_group()
            if group:
                _commit(connection, group)
                self._hand_back(group)
        connection.close()

    def _next_group(self) -> tuple[list[_Job], bool]:
        job = self._jobs.get()
        group: list[_Job] = []
        while job is not None:
            group.append(job)
            if len(group) == GROUP_LIMIT:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _hand_back(self, group: list[_Job]) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(_resolve, group)
        except RuntimeError:  # the loop ended without closing us: nobody is left to be told
            return


def _resolve(group: list[_Job]) -> None:
    for job in group:
        job.resolve()


def _commit(connection: sqlite3.Connection, group: list[_Job]) -> None:
    """Run a group under one commit; where one of them fails, each under its own."""
    try:
        connection.execute("begin immediate")
        for job in group:
            job.answer = job.work(connection)
        connection.execute("commit")
    except Exception:
        _roll_back(connection)
        _commit_one_by_one(connection, group)


def _commit_one_by_one(connection: sqlite3.Connection, group: list[_Job]) -> None:
    """The rare way: cheaper over all than a savepoint around every job that succeeds."""
    for job in group:
        try:
            connection.execute("begin immediate")
            job.answer = job.work(connection)
            connection.execute("commit")
        except Exception as error:
            _roll_back(connection)
            job.answer, job.error = None, error


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("rollback")
