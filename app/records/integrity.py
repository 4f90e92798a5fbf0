"""Whether the database is whole, ours, and opened by the key: asked at each start and by `check`.

What is wrong is raised as Unusable, whose message is one sentence that says what to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import select

from app.records.database import Database
from app.records.encryption import DecryptionFailed
from app.records.schema import (
    SchemaTooNew,
    SchemaUnknown,
    refuse_foreign,
    schema_version,
    upgrade,
)
from app.records.shops import Shop

LOOKED_AT = 128 * 1024 * 1024
"""Bytes of the largest file that a start looks at as a whole, which takes half a second or so. In a
larger one it looks at the VITAL tables alone, and `check` at everything: SQLite cannot be stopped
in the middle of a look."""

VITAL = ("alembic_version", "shops", "users")
"""Tables without which nobody is let in and nothing can be verified. All are small."""

RESTORE = "move it away and put your last backup in its place."


class Unusable(Exception):
    """The database cannot serve. The message is one sentence that says what to do."""


def open_checked(url: str) -> Database:
    """The database, looked at and brought up to date. Raises Unusable, or what says it is away."""
    database = Database(url)
    try:
        with _told(database):
            if database.file and database.file.exists():
                look_for_damage(database.file, LOOKED_AT)
            upgrade(database)
            open_a_secret(database)
    except BaseException:
        database.close()
        raise
    return database


def look_for_damage(file: Path, most: int | None = None) -> bool:
    """Look at the pages of a SQLite file; whether it was all of them. Raises Unusable.

    Of a file with more than `most` bytes the VITAL tables are looked at.
    """
    whole = most is None or file.stat().st_size <= most
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = [
                _check(connection, table) for table in (("",) if whole else _vital(connection))
            ]
    except sqlite3.OperationalError as error:
        raise Unusable(
            f"{file} cannot be read ({error}): see whether its disk has room, and whether its"
            " folder may be written."
        ) from None
    except sqlite3.DatabaseError as error:
        raise Unusable(f"{file} is damaged ({error}): {RESTORE}") from None
    if any(one != "ok" for one in found):
        # It goes on with which page and which row: of use to nobody here.
        raise Unusable(f"{file} is damaged: {RESTORE}")
    return whole


def _check(connection: sqlite3.Connection, table: str) -> str:
    (found,) = connection.execute(f"PRAGMA quick_check({table or 1})").fetchone()
    return str(found)


def _vital(connection: sqlite3.Connection) -> Sequence[str]:
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in named if name in VITAL]


def whose_schema(database: Database) -> str:
    """The schema's version, one of this program's. Raises Unusable."""
    with _told(database):
        version = schema_version(database)
        refuse_foreign(database, version)
    if version is None:
        raise Unusable(f"{database.file or 'The database'} is empty: the first start fills it.")
    return version


def open_a_secret(database: Database) -> int:
    """Open the password of every shop, and nothing is sealed where there is none; how many.

    Raises Unusable.
    """
    with database.reading() as session:
        names = session.exec(select(Shop.shop_id).order_by(Shop.shop_id)).all()
        for name in names:
            try:
                session.exec(select(Shop.password).where(Shop.shop_id == name)).one()
            except DecryptionFailed:
                raise Unusable(
                    f"SECRET_KEY does not open the password of {name}: start with the key it was"
                    " sealed with, which your backup should have beside it."
                ) from None
    return len(names)


@contextmanager
def _told(database: Database) -> Iterator[None]:
    where = database.file or "The database"
    try:
        yield
    except SchemaTooNew as error:
        raise Unusable(
            f"{where} has schema {error}, newer than this program: start the newer one."
        ) from None
    except SchemaUnknown as error:
        raise Unusable(f"{where} is no database of this program ({error}): {RESTORE}") from None
    except OperationalError:
        # Away, busy, or no room: that is said elsewhere.
        raise
    except DatabaseError as error:
        raise Unusable(f"{where} is damaged ({error.orig}): {RESTORE}") from None
