"""The schema's version: asked at each start in one query, raised only when it lags.

Alembic is imported only to migrate: most starts find the schema as it should be.
"""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import Database

HEAD = "0036"
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was migrated by a later version of this program."""


class SchemaUnknown(Exception):
    """No version of this program has left the database like this. The message says how it is."""


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

    Raises SchemaTooNew when the database is ahead of this program, SchemaUnknown when it is
    another's.
    """
    version = schema_version(database)
    if version == HEAD:
        return
    refuse_foreign(database, version)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, "head")


def refuse_foreign(database: Database, version: str | None) -> None:
    """Raise SchemaTooNew, or SchemaUnknown where no version of this program made it."""
    if version is None:
        _refuse_tables(database)
    elif version.isdigit() and version > HEAD:
        raise SchemaTooNew(version)
    elif not any((MIGRATIONS / "versions").glob(f"{version}_*.py")):
        raise SchemaUnknown(f"its schema is {version!r}")


def _refuse_tables(database: Database) -> None:
    """What has tables of its own is left alone. On a server others may have theirs beside ours."""
    from sqlalchemy import inspect

    from app.records.tables import metadata

    found = set(inspect(database.engine).get_table_names())
    foreign = found if database.is_sqlite else found & {*metadata.tables}
    # Another process may have made them just now, and the version with them.
    if foreign and schema_version(database) is None:
        raise SchemaUnknown("it has tables, and no schema version")
