"""Rows put down as the driver takes them: in one statement, past SQLAlchemy's own connection.

It is nearly all that is written while customers wait for an answer, and a commit holds few rows.
SQLAlchemy's way costs 140 microseconds a commit and 10 a row on top of what the driver needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Engine, Insert
from sqlalchemy.exc import DBAPIError, OperationalError

from app.records.postgresql import is_gone

ROWS_AT_ONCE = 200
"""The most rows of one statement: no database takes any number of parameters."""

Row = Mapping[str, Any]


class Appender:
    """Inserts rows and commits. `begin` begins a transaction on a driver's connection."""

    def __init__(self, engine: Engine, begin: Callable[[Any], object]) -> None:
        self._engine, self._begin = engine, begin
        self._inserts = cache(lambda statement, names: _Insert(engine, statement, names))

    def append(self, statement: Insert, rows: Sequence[Row]) -> None:
        """Insert these rows, which bring the same columns, all of them or none. What they do not
        bring is NULL: no default of a column's is filled in.

        Raises what SQLAlchemy raises, with no value in it.
        """
        insert: _Insert = self._inserts(statement, tuple(rows[0]))
        with self._raising(None):
            pooled = self._engine.raw_connection()
        # A connection that is given back with something undone is rolled back.
        with closing(pooled):
            connection = pooled.driver_connection
            with self._raising(pooled):
                self._begin(connection)
            with self._raising(pooled, insert.into):
                for first in range(0, len(rows), ROWS_AT_ONCE):
                    insert.run(connection, rows[first : first + ROWS_AT_ONCE])
            with self._raising(pooled):
                self._engine.dialect.do_commit(pooled)

    @contextmanager
    def _raising(self, pooled: Any, statement: str | None = None) -> Iterator[None]:
        """Make SQLAlchemy's errors of the driver's, and give up a connection that is of no use."""
        dialect = self._engine.dialect
        base = dialect.loaded_dbapi.Error
        try:
            yield
        except base as error:
            gone = is_gone(error)
            lost = gone or dialect.is_disconnect(error, pooled and pooled.dbapi_connection, None)
            if lost and pooled:
                pooled.invalidate(error)
            told: dict[str, Any] = {"hide_parameters": True, "connection_invalidated": lost}
            if gone:
                raise OperationalError(statement, None, error, **told) from error
            raise DBAPIError.instance(
                statement, None, error, base, dialect=dialect, **told
            ) from error


class _Insert:
    """An insert into some columns of a table, as one driver takes it."""

    def __init__(self, engine: Engine, statement: Insert, names: Sequence[str]) -> None:
        dialect, table = engine.dialect, statement.table
        types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
        self._columns = [(name, one.bind_processor(dialect)) for name, one in types.items()]
        self.into = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES"
        self._is_sqlite = dialect.name == "sqlite"
        self._text_for = cache(self._text)

    def run(self, connection: Any, rows: Sequence[Row]) -> None:
        values = [
            process(row[name]) if process else row[name]
            for row in rows
            for name, process in self._columns
        ]
        self._cursor(connection).execute(self._text_for(len(rows)), values)

    def _cursor(self, connection: Any) -> Any:
        if self._is_sqlite:
            return connection.cursor()
        # psycopg's usual cursor looks for its placeholders in a long statement each time anew.
        from psycopg import RawCursor

        return RawCursor(connection)

    def _text(self, number: int) -> str:
        mark, places = "?" if self._is_sqlite else "$", count(1)
        rows = [", ".join(f"{mark}{next(places)}" for _ in self._columns) for _ in range(number)]
        return f"{self.into} {', '.join(f'({row})' for row in rows)}"
