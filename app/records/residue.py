"""What a SQLite file still holds of rows that were written anew: its free space, its log, and the
parts of its full-text table."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from app.records.database import Database

LIMIT = 64 * 1024 * 1024
"""Bytes of a file that is written anew at once. Nothing else is written meanwhile: 3.4 s were
measured of 230 MB, so a larger one is for a person to write anew while the desk is stopped."""


def needs_a_person(database: Database) -> bool:
    """Whether the file is so large that its free space stays as it is."""
    file = database.file
    return file is not None and file.stat().st_size > LIMIT


def clear_residue(database: Database) -> None:
    """Write the file anew, without its free space. PostgreSQL does so by itself."""
    if database.file is None:
        return
    # Another process may hold it just now: what is erased is erased, and its space is used again.
    with suppress(sqlite3.OperationalError), database.alone() as connection:
        if not needs_a_person(database):
            # The search keeps pieces of texts that were filed anew until its own parts are joined.
            connection.execute("INSERT INTO order_grams (order_grams) VALUES ('optimize')")
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
