"""The schema's version: asked at each start in one query, raised only when it lags.

Alembic is imported only to migrate: most starts find the schema as it should be.
"""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import Database

HEAD = "0006"
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was migrated by a later version of this program."""


def schema_version(database: Database) -> str | None:
    """The version in the database; None where nothing has been created yet."""
    with database.reading() as session:
        connection = session.connection()
        if not database.engine.dialect.has_table(connection, "alembic_version"):
            return None
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if version is None else str(version)


def schema_problem(database: Database) -> str | None:
    """Why the database cannot serve: `database` (no answer) or `schema` (another version)."""
    try:
        return None if schema_version(database) == HEAD else "schema"
    except SQLAlchemyError:
        return "database"


def upgrade(database: Database) -> None:
    """Bring the schema to this program's version. Safe from several processes at once.

    Raises SchemaTooNew when the database is ahead of this program.
    """
    version = schema_version(database)
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise SchemaTooNew(version)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, "head")
