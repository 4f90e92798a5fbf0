"""The database: engine, pragmas, short sessions, and the writer that commits in groups.

SQLite and PostgreSQL run the same code. Sessions are synchronous and short; none is open
across an `await`. SQLite has one writer at a time, so writers queue at a lock of this
process instead of fighting over the file's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Insert, create_engine, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlmodel import Session, SQLModel

from app.clock import now
from app.records.appender import Appender
from app.records.fair_lock import FairLock
from app.records.postgresql import Patience, begin_bounded, postgresql_engine, usual_patience

BUSY_SECONDS = 8
"""Seconds that a write waits for another on SQLite, in this process or in another one."""

IMMEDIATELY = "BEGIN IMMEDIATE"

UNREACHABLE = (OperationalError, InterfaceError, NoneFree, OSError)
"""What is raised when the database is away, or busy, or the disk is full: no fault of what was
asked."""


class Database:
    """One engine. `reading()` and `writing()` give a session each; a write commits at its end.

    `patience`: how long PostgreSQL is waited for, where not as usual.
    """

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.patience = patience or usual_patience()
        self.engine = _sqlite(url) if self.is_sqlite else postgresql_engine(url, self.patience)
        # Since when every write has failed; None while they succeed.
        self.unwritable_since: datetime | None = None
        # None where the data lie with a server, on a disk of its own.
        self.file = Path(self.engine.url.database or "") if self.is_sqlite else None
        self._immediate = self.engine.execution_options(immediate=True)
        self._lock = FairLock() if self.is_sqlite else None
        begin = _begin_immediate if self.is_sqlite else partial(begin_bounded, self.patience)
        self._appender = Appender(self.engine, begin)
        # What is written names rows of other tables: they are known, whoever asked for which.
        import_module("app.records.tables")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back when it raises.

        Rows stay readable after the block. On SQLite the write lock is taken at once
        (BEGIN IMMEDIATE), so that what is read first cannot have changed by the time of writing.
        """
        with (
            self._told_of_failure(),
            self._turn(),
            Session(self._immediate, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def append(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows and commit, without a session: for so small a write it costs the most."""
        with self._told_of_failure(), self._turn():
            self._appender.append(statement, rows)

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """The driver's own connection, outside any transaction, while nobody else here writes."""
        with self._turn(), closing(self.engine.raw_connection()) as connection:
            yield connection

    def analyze(self) -> None:
        """After many rows at once: have PostgreSQL look at them now, as it does by itself within
        some minutes. Until then it takes the long way to an order: 15 ms a batch at 100,000 of
        them in place of 0.8. SQLite plans by the indexes alone."""
        if self.is_sqlite:
            return
        # One by one: no statement may take as long as all of them together.
        for table in SQLModel.metadata.tables:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(f"ANALYZE {table}")

    @contextmanager
    def _told_of_failure(self) -> Iterator[None]:
        try:
            yield
        except UNREACHABLE:
            self.unwritable_since = self.unwritable_since or now()
            raise
        self.unwritable_since = None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This process's turn to write, on SQLite. Raises NoneFree when it does not come."""
        if self._lock is None:
            yield
            return
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise NoneFree("another write of this process does not end")
        try:
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        # The last one used comes first: its cache holds, while another's is void after each write.
        pool_use_lifo=True,
        # A fault that is logged names its statement, never what was in it.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: Any) -> None:  # noqa: ARG001
    # Transactions are begun by `_begin`, not by the driver's guess at the first write.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql(IMMEDIATELY if immediate else "BEGIN")


def _begin_immediate(connection: Any) -> None:
    connection.execute(IMMEDIATELY)


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy address of a SQLite file."""
    return f"sqlite:///{path}"
