"""The group-committing writer: many small durable writes, few commits.

A commit to disk costs the same for one row as for fifty. Whatever is handed in while one commit
is under way waits together and shares the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlmodel import Session

from app.records.database import Database

GROUP_LIMIT = 200
"""The most jobs that share a commit."""

ANSWER_SECONDS = 8.0
"""Seconds that whoever appends waits: a customer behind it gets an answer within ten, whatever the
database does."""

T = TypeVar("T")


class _Append(NamedTuple):
    statement: Insert
    rows: Sequence[Mapping[str, Any]]


class _Job(NamedTuple):
    work: Callable[[Session], Any] | _Append
    future: asyncio.Future[Any]


class GroupWriter:
    """One thread that runs jobs in shared transactions. Start it before use, stop it at the end.

    Belongs to the event loop in which it is started.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[Sequence[_Job] | None] = SimpleQueue()
        self._gathered: list[_Job] = []  # what this turn of the loop has handed in so far
        self._thread = Thread(target=self._run, name="group-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        """Begin to take jobs."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Finish what has been handed in, then end."""
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a shared transaction and return its value once that is committed.

        `work` may run twice (a group that fails is repeated job by job, unless the database is
        away), so it must do nothing but use its session. Raises what `work` or the commit raised.
        """
        value: T = await self._hand_in(work)
        return value

    async def append(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, together with what others append meanwhile, and return once they are
        committed. It costs a tenth of `write`, for there is no session.

        Raises what the commit raised; none of these rows is inserted then, as far as can be known.
        TimeoutError, when there is no answer within ANSWER_SECONDS: they may be inserted later.
        """
        await self._hand_in(_Append(statement, rows))

    def _hand_in(self, work: Callable[[Session], Any] | _Append) -> asyncio.Future[Any]:
        """Whoever hangs up while waiting takes nothing back: the thread knows of no hanging up."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(_Job(work, future))
        return future

    def _hand_over(self) -> None:
        """Hand the thread all at once what one turn of the loop has brought: to wake it for each,
        and to watch the clock for each, costs as much as to put a row down."""
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        self._queue.put(gathered)
        # Not the jobs: their bodies would be held as long.
        if waiting := [job.future for job in gathered if isinstance(job.work, _Append)]:
            self._loop.call_later(ANSWER_SECONDS, _fail_all, waiting, TimeoutError())

    def _run(self) -> None:
        while (jobs := self._queue.get()) is not None:
            group, last = self._gather(jobs)
            for part in _parts(group):
                self._commit(part)
            if last:
                return

    def _gather(self, first: Sequence[_Job]) -> tuple[list[_Job], bool]:
        group = [*first]
        while len(group) < GROUP_LIMIT and not self._queue.empty():
            jobs = self._queue.get()
            if jobs is None:
                return group, True
            group += jobs
        return group, False

    def _commit(self, group: Sequence[_Job]) -> None:
        try:
            values = self._values(group)
        except Exception as error:
            # Optimistic: no savepoints. When one job spoils the group, each gets its own. When the
            # database is away none does: each would wait for it in turn, and of a COMMIT whose
            # reply was lost nobody knows whether it was carried out.
            if len(group) == 1 or _is_away(error):
                self._resolve(_fail_all, [job.future for job in group], error)
            else:
                for job in group:
                    self._commit([job])
        else:
            self._resolve(_succeed, group, values)

    def _values(self, group: Sequence[_Job]) -> Sequence[Any]:
        """What each job of a group comes to, which are all appends to one table or none."""
        appends = [job.work for job in group if isinstance(job.work, _Append)]
        if appends:
            rows = [row for append in appends for row in append.rows]
            self._database.append(appends[0].statement, rows)
            return [None] * len(group)
        with self._database.writing() as session:
            return [job.work(session) for job in group if not isinstance(job.work, _Append)]

    def _resolve(self, complete: Callable[..., None], *arguments: object) -> None:
        # Once for a whole group: to wake the loop costs as much as a row.
        self._loop.call_soon_threadsafe(complete, *arguments)


def _parts(group: Sequence[_Job]) -> Iterator[Sequence[_Job]]:
    """What can share a transaction: the appends of each statement, then everything else."""
    appends: dict[int, list[_Job]] = {}
    others: list[_Job] = []
    for job in group:
        if isinstance(job.work, _Append):
            appends.setdefault(id(job.work.statement), []).append(job)
        else:
            others.append(job)
    yield from appends.values()
    if others:
        yield others


def _succeed(group: Sequence[_Job], values: Sequence[Any]) -> None:
    for job, value in zip(group, values, strict=True):
        if not job.future.done():
            job.future.set_result(value)


def _fail_all(futures: Sequence[asyncio.Future[Any]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)


def _is_away(error: Exception) -> bool:
    """Whether there was no connection to be had, or the one there was has broken."""
    if isinstance(error, NoneFree):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or not error.statement)
