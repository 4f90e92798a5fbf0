"""From whichever schema one comes: the upgrade ends, and no row of a table that stays is lost."""

from __future__ import annotations

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, insert, select
from sqlalchemy.types import Boolean, DateTime, Float, Integer, LargeBinary

from app.clock import now
from app.records.database import Database
from app.records.schema import HEAD, MIGRATIONS, schema_version, upgrade
from tests.records.test_migrations import KEY, empty_database, migrate

__all__ = ["empty_database"]

MEANT = {
    "role": "operator",
    "environment": "test",
    "verdict": "verified",
    "status": "PAYSUCCESS",
    "source": "callback",
    "call": "SearchTradeMulti",
    "outcome": "answered",
    "confirmation": "at-once",
    "detail": "{}",
    "email": "a@example.jp",
}
"""What stands in a column of this name, where a migration reads it."""


ENDED = {"sign_ins", "sign_in_links", "sign_in_failures"}
"""Whoever was signed in signs in once more: a rule about them changed with a schema."""


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    return [step.revision for step in steps if step.revision != HEAD]


@pytest.mark.soak
@pytest.mark.parametrize("revision", revisions())
def test_a_row_of_each_table_comes_through(empty_database: Database, revision: str) -> None:
    migrate(empty_database, revision)
    engine = empty_database.engine
    before = filled(engine)
    upgrade(empty_database)
    assert schema_version(empty_database) == HEAD
    after = counted(engine)
    lost = {name for name in before if name in after and after[name] < before[name]}
    assert lost <= ENDED
    empty_database.close()


def filled(engine: Engine) -> dict[str, int]:
    """One row in each table; how many each then has."""
    with engine.begin() as connection:
        for table in reflected(connection):
            connection.execute(insert(table).values(row_of(table)))
    return counted(engine)


def counted(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in reflected(connection)
        }


def reflected(connection: Connection) -> list[Table]:
    tables = MetaData()
    tables.reflect(connection)
    return [table for table in tables.sorted_tables if is_ours(table)]


def is_ours(table: Table) -> bool:
    """Not Alembic's own, nor those in which SQLite keeps its index of words."""
    return table.name != "alembic_version" and not table.name.startswith("order_grams")


def row_of(table: Table) -> dict[str, object]:
    return {column.name: value_of(column) for column in table.columns if is_needed(column)}


def is_needed(column: Column[object]) -> bool:
    return column.primary_key or not column.nullable or column.name in MEANT


def value_of(column: Column[object]) -> object:
    kind = column.type
    if isinstance(kind, DateTime):
        return now()
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | Float):
        return 1
    if isinstance(kind, LargeBinary):
        return b"x"
    length = getattr(kind, "length", None) or 32
    return MEANT.get(column.name, KEY)[:length]
