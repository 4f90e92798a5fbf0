"""The group-committing writer: what gathers shares a commit, and never another's failure."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, select

from app.records.accounts import Role, User
from app.records.database import Database
from app.records.group_writer import GroupWriter

pytestmark = pytest.mark.anyio
INSERT = insert(User)


@pytest.fixture
async def writer(any_database: Database) -> AsyncIterator[GroupWriter]:
    writer = GroupWriter(any_database)
    writer.start()
    yield writer
    await writer.stop()


def row(name: str) -> dict[str, Any]:
    user = User(id=name, email=f"{name}@example.jp", role=Role.OPERATOR)
    return {column.name: getattr(user, column.name) for column in User.__table__.columns}  # type: ignore[attr-defined]


def adding(name: str) -> Callable[[Session], None]:
    def add(session: Session) -> None:
        session.add(User(**row(name)))
        session.flush()

    return add


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(User.id)).all())


@asynccontextmanager
async def held(writer: GroupWriter) -> AsyncIterator[None]:
    """Everything handed in during the block waits, and so gathers."""
    begun, go_on = Event(), Event()

    def hold(_: Session) -> None:
        begun.set()
        go_on.wait(60)

    holding = asyncio.ensure_future(writer.write(hold))
    await asyncio.to_thread(begun.wait, 60)
    yield
    go_on.set()
    await holding


async def gathered(writer: GroupWriter, *jobs: Coroutine[Any, Any, Any]) -> list[Any]:
    """What becomes of jobs that share a group, exceptions as values."""
    async with held(writer):
        tasks = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def commits(database: Database) -> Iterator[list[None]]:
    counted: list[None] = []
    dialect, commit = database.engine.dialect, database.engine.dialect.do_commit

    def count(connection: Any) -> None:
        counted.append(None)
        commit(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "do_commit", count)
        yield counted


async def test_rows_that_gather_during_a_commit_share_the_next(
    writer: GroupWriter, any_database: Database
) -> None:
    with commits(any_database) as counted:
        await gathered(writer, *(writer.append(INSERT, [row(f"U{n}")]) for n in range(30)))
    assert len(names(any_database)) == 30
    assert len(counted) == 1


async def test_a_failed_group_of_rows_is_retried_row_by_row(
    writer: GroupWriter, any_database: Database
) -> None:
    await writer.append(INSERT, [row("THERE")])
    rows = [row("A"), row("THERE"), row("B")]
    first, spoilt, last = await gathered(writer, *(writer.append(INSERT, [one]) for one in rows))
    assert (first, last) == (None, None)
    assert isinstance(spoilt, IntegrityError)
    assert names(any_database) == ["A", "B", "THERE"]


async def test_a_failed_group_of_jobs_is_retried_job_by_job(
    writer: GroupWriter, any_database: Database
) -> None:
    await writer.write(adding("THERE"))
    jobs = (writer.write(adding(name)) for name in ("A", "THERE", "B"))
    first, spoilt, last = await gathered(writer, *jobs)
    assert (first, last) == (None, None)
    assert isinstance(spoilt, IntegrityError)
    assert names(any_database) == ["A", "B", "THERE"]


async def test_rows_appended_together_are_stored_together_or_not_at_all(
    writer: GroupWriter, any_database: Database
) -> None:
    with pytest.raises(IntegrityError):
        await writer.append(INSERT, [row("A"), row("A")])
    assert names(any_database) == []


async def test_rows_and_jobs_in_one_group_do_not_share_a_failure(
    writer: GroupWriter, any_database: Database
) -> None:
    await writer.append(INSERT, [row("THERE")])
    jobs = (writer.append(INSERT, [row("THERE")]), writer.write(adding("A")))
    spoilt, fine = await gathered(writer, *jobs)
    assert (type(spoilt), fine) == (IntegrityError, None)
    assert names(any_database) == ["A", "THERE"]


async def test_whoever_hangs_up_does_not_take_the_row_back(
    writer: GroupWriter, any_database: Database
) -> None:
    async with held(writer):
        waiting = [
            asyncio.ensure_future(job)
            for job in (writer.append(INSERT, [row("A")]), writer.write(adding("B")))
        ]
        await asyncio.sleep(0)
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    # Of one kind with the last that waits: it would else be answered before that.
    await writer.write(adding("C"))
    assert names(any_database) == ["A", "B", "C"]


async def test_what_was_handed_in_is_finished_before_the_writer_stops(
    any_database: Database,
) -> None:
    writer = GroupWriter(any_database)
    writer.start()
    async with held(writer):
        last = asyncio.ensure_future(writer.append(INSERT, [row("A")]))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(writer.stop())
    await stopping
    await last
    assert names(any_database) == ["A"]


async def test_while_the_database_is_away_a_group_fails_together_and_is_not_tried_one_by_one(
    writer: GroupWriter, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would wait for it in turn, and nobody would be answered."""
    commits = []
    kind = sqlite3.OperationalError if any_database.is_sqlite else psycopg.OperationalError
    dialect, commit = any_database.engine.dialect, any_database.engine.dialect.do_commit

    def lose(connection: Any) -> None:
        commit(connection)
        commits.append(1)
        raise kind("the connection was closed")

    monkeypatch.setattr(dialect, "do_commit", lose)
    jobs = [writer.append(INSERT, [row(name)]) for name in "ABC"]
    results = await gathered(writer, *jobs)
    assert [type(result) for result in results] == [OperationalError] * 3
    assert len(commits) == 1
    assert names(any_database) == ["A", "B", "C"]
