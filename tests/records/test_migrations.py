"""A database of an earlier version opens, with everything that was in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from app.records.database import Database, sqlite_url
from app.records.schema import HEAD, MIGRATIONS, schema_version, upgrade
from app.records.tables import metadata

AT = "2026-11-24 01:02:03"
KEY = "0" * 32


def migrate(database: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, version)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database without a table, of either kind."""
    if request.param == "sqlite":
        return Database(sqlite_url(tmp_path / "desk.db"))
    return Database(request.getfixturevalue("bare_postgresql"))


def test_a_database_of_the_first_version_keeps_what_is_in_it(empty_database: Database) -> None:
    migrate(empty_database, "0001")
    with empty_database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, email, role, created_at)"
                f" VALUES ('{KEY}', 'a@example.jp', 'approver', '{AT}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO deeds (id, at, user_key, email, action, subject, detail,"
                " remote_address)"
                f" VALUES ('{KEY}', '{AT}', '{KEY}', '', 'register', 'A1', '{{}}', '')"
            )
        )
        connection.execute(
            text(f"INSERT INTO evictions VALUES ('{KEY}', '{AT}', 'mismatch', 'age', 7)")
        )
    upgrade(empty_database)
    assert schema_version(empty_database) == HEAD
    with empty_database.engine.begin() as connection:
        assert connection.execute(text("SELECT action, subject FROM audit_entries")).one() == (
            "register",
            "A1",
        )
        assert connection.execute(text("SELECT dropped FROM dropped_callbacks")).scalar() == 7
        # A role that is gone gave no right beyond an operator's.
        assert connection.execute(text("SELECT role FROM users")).scalar() == "operator"
    empty_database.close()


def test_the_migrations_lead_to_the_tables_that_the_code_describes(
    empty_database: Database,
) -> None:
    upgrade(empty_database)
    found = inspect(empty_database.engine)
    assert set(found.get_table_names()) == {*metadata.tables, "alembic_version"}
    for name, table in metadata.tables.items():
        assert {one["name"] for one in found.get_columns(name)} == {*table.columns.keys()}, name
        indexes = {one["name"] for one in found.get_indexes(name) if not one["unique"]}
        assert indexes == {index.name for index in table.indexes if not index.unique}, name
    empty_database.close()
