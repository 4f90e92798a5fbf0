"""A desk and a floor beside it, on SQLite and on PostgreSQL; and how far the desk has got."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.records.database import Database, sqlite_url
from app.records.unjudged import number_waiting, oldest_waiting
from tests.bench import programs
from tests.bench.load import Connection, post
from tests.postgresql import fresh_database, running_postgresql

LONGEST_WAIT = 120.0
"""Seconds until the bench gives up waiting for a desk to judge what it has."""


@dataclass
class Bench:
    """A desk and a floor over databases of the same kind: their ports, and the desk's database."""

    name: str
    desk: int
    floor: int
    url: str


@contextmanager
def on_sqlite() -> Iterator[Bench]:
    with (
        TemporaryDirectory() as folder,
        programs.desk(Path(folder)) as desk,
        programs.floor_of_commits(str(Path(folder) / "floor.db")) as floor,
    ):
        yield Bench("SQLite", desk, floor, sqlite_url(Path(folder) / "desk.db"))


@contextmanager
def on_postgresql() -> Iterator[Bench]:
    with TemporaryDirectory() as folder, running_postgresql() as server:
        url = fresh_database(server, "desk")
        with (
            programs.desk(Path(folder), DATABASE_URL=url, SECRET_KEY="k" * 43) as desk,
            programs.floor_of_commits(fresh_database(server, "floor")) as floor,
        ):
            yield Bench("PostgreSQL", desk, floor, url)


async def one_insert(connection: Connection) -> None:
    await connection.ask(_INSERT)


_INSERT = post("/", b"." * 150)


def catch_up(url: str) -> None:
    """Wait until every callback has been processed. Looking costs the desk next to nothing: it is
    at work meanwhile."""
    deadline = time.monotonic() + LONGEST_WAIT
    with closing(Database(url)) as database:
        while _any_waits(database):
            if time.monotonic() > deadline:
                raise RuntimeError("the desk does not come to judge what it has received")
            time.sleep(0.02)


def _any_waits(database: Database) -> bool:
    with database.reading() as session:
        return oldest_waiting(session) is not None


def unprocessed(url: str) -> int:
    """How many callbacks wait."""
    with closing(Database(url)) as database, database.reading() as session:
        return number_waiting(session, sys.maxsize)
