"""What was written over is not left in the free space of the file, nor in its log."""

from __future__ import annotations

import pytest

from app.records import residue
from app.records.database import Database
from app.records.residue import clear_residue, needs_a_person

WORD = b"hanako-was-here"


def holds_word(database: Database) -> bool:
    assert database.file is not None
    files = database.file.parent.glob(f"{database.file.name}*")
    return any(WORD in file.read_bytes() for file in files)


def write_and_delete(database: Database) -> None:
    """As a SQLite does that was not built to write over what it deletes."""
    with database.alone() as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(WORD * 400,)] * 50)
        connection.execute("DELETE FROM t")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def test_nothing_is_left_of_it(database: Database) -> None:
    write_and_delete(database)
    assert holds_word(database)
    clear_residue(database)
    assert not holds_word(database)


def test_of_a_large_file_it_is_said_that_something_may_be(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_and_delete(database)
    assert not needs_a_person(database)
    monkeypatch.setattr(residue, "LIMIT", 1_000)
    assert needs_a_person(database)
    clear_residue(database)
    assert holds_word(database)
