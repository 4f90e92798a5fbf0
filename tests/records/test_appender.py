"""Rows that are put down past SQLAlchemy's connection: all or none, and no value in an error."""

from __future__ import annotations

import pytest
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import select

from app.desk.callbacks.raw import INSERT, raw_row
from app.records.appender import ROWS_AT_ONCE
from app.records.callbacks import Callback
from app.records.database import Database


def rows(number: int) -> list[dict[str, object]]:
    return [raw_row(b"secret-body", [], "192.0.2.1") for _ in range(number)]


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(Callback)).one()


def test_more_rows_than_one_statement_takes_are_stored_together_or_not_at_all(
    any_database: Database,
) -> None:
    some = rows(ROWS_AT_ONCE + 1)
    any_database.append(INSERT, some)
    assert stored(any_database) == len(some)
    others = rows(ROWS_AT_ONCE)
    with pytest.raises(IntegrityError) as caught:
        any_database.append(INSERT, [*others, some[0]])
    assert stored(any_database) == len(some)
    assert "secret-body" not in str(caught.value)
    assert caught.value.statement is not None
    any_database.append(INSERT, others)
    assert stored(any_database) == len(some) + len(others)


def test_a_server_that_takes_no_writes_any_more_is_away_and_its_connection_is_given_up(
    postgresql: str,
) -> None:
    database = Database(postgresql)
    try:
        with database.engine.connect() as connection:
            # As after a failover: the connection stands, and what it leads to is a standby.
            connection.exec_driver_sql("SET default_transaction_read_only = on")
            connection.commit()
        with pytest.raises(OperationalError) as caught:
            database.append(INSERT, rows(1))
        assert caught.value.connection_invalidated
        database.append(INSERT, rows(1))
        assert stored(database) == 1
    finally:
        database.close()
