"""Whether the database is whole, ours, and opened by the key: asked at each start and by `check`.

What is wrong is raised as Unusable, whose message is one sentence that says what to do.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
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

LOOKED_AT = 1.0
"""Seconds that a start gives to looking for damage: some hundred MB. `check` looks at all."""

BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine between two looks at the clock: a millisecond or so."""

RESTORE = "move it away and put your last backup in its place."


class Unusable(Exception):
    """The database cannot serve. The message is one sentence that says what to do."""


def open_checked(url: str, seconds: float | None = LOOKED_AT) -> Database:
    """The database, looked at and brought up to date. Raises Unusable, or what says it is away.

    `seconds` bounds the look at the file; None: all of it.
    """
    database = Database(url)
    try:
        with _told(database):
            if database.file and database.file.exists():
                look_for_damage(database.file, seconds)
            upgrade(database)
            open_a_secret(database)
    except BaseException:
        database.close()
        raise
    return database


def look_for_damage(file: Path, seconds: float | None = None) -> bool:
    """Look at the pages of a SQLite file; whether time was enough for all. Raises Unusable."""
    with closing(sqlite3.connect(file)) as connection:
        if seconds is not None:
            connection.set_progress_handler(_over_after(seconds), BETWEEN_LOOKS)
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            raise Unusable(
                f"{file} cannot be read ({error}): see whether its disk has room, and whether its"
                " folder may be written."
            ) from None
        except sqlite3.DatabaseError as error:
            raise Unusable(f"{file} is damaged ({error}): {RESTORE}") from None
    if found != "ok":
        # It goes on with which page and which row: of use to nobody here.
        raise Unusable(f"{file} is damaged: {RESTORE}")
    return True


def _over_after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


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
