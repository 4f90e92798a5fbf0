"""The group-committing writer: many small durable writes, few commits.

A commit to disk costs the same for one row as for fifty. Jobs that arrive while one commit
is under way wait together and share the next. A job's future resolves after its commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Insert
from sqlmodel import Session

from app.records.database import Database

GROUP_LIMIT = 200
T = TypeVar("T")


class _Append(NamedTuple):
    statement: Insert
    rows: Sequence[Mapping[str, Any]]


class _Job(NamedTuple):
    work: Callable[[Session], Any] | _Append
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class GroupWriter:
    """One thread that runs jobs in shared transactions. Start it before use, stop it at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="group-writer", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what has been handed in, then end."""
        self._queue.put(None)
        self._thread.join()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a shared transaction and return its value once that is committed.

        `work` may run twice (a group that fails is repeated job by job), so it must do
        nothing but use its session. Raises what `work` or the commit raised.
        """
        value: T = await self._hand_in(work)
        return value

    async def append(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, gathered by the caller, in a transaction of their own.

        Raises what the commit raised; nothing is inserted then.
        """
        await self._hand_in(_Append(statement, rows))

    async def _hand_in(self, work: Callable[[Session], Any] | _Append) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put(_Job(work, future, loop))
        # Shielded: a client that hangs up must not undo what it has already handed in.
        return await asyncio.shield(future)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            group, last = self._gather(job)
            for part in _parts(group):
                self._commit(part)
            if last:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < GROUP_LIMIT and not self._queue.empty():
            job = self._queue.get()
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, group: list[_Job]) -> None:
        try:
            values = self._values(group)
        except Exception as error:
            # Optimistic: no savepoints. When one job spoils the group, each gets its own.
            if len(group) == 1:
                _resolve(group[0], None, error)
            else:
                for job in group:
                    self._commit([job])
        else:
            for job, value in zip(group, values, strict=True):
                _resolve(job, value, None)

    def _values(self, group: list[_Job]) -> list[Any]:
        if isinstance(group[0].work, _Append):
            self._database.append(*group[0].work)
            return [None]
        with self._database.writing() as session:
            return [job.work(session) for job in group if not isinstance(job.work, _Append)]


def _parts(group: list[_Job]) -> Iterator[list[_Job]]:
    """Each append alone, all others together."""
    yield from ([job] for job in group if isinstance(job.work, _Append))
    if shared := [job for job in group if not isinstance(job.work, _Append)]:
        yield shared


def _resolve(job: _Job, value: Any, error: Exception | None) -> None:
    def settle() -> None:
        if job.future.done():
            return
        if error is None:
            job.future.set_result(value)
        else:
            job.future.set_exception(error)

    job.loop.call_soon_threadsafe(settle)
