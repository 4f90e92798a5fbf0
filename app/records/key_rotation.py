"""Sealing everything anew with the present key, while the desk runs.

Whatever opens with the present key is passed over, so a rotation that was cut off goes on where it
was. A value that somebody changes meanwhile is theirs: it is sealed with the present key already.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, LargeBinary, Table, and_, select, type_coerce, update
from sqlmodel import Session

from app.records.database import Database
from app.records.encryption import EncryptedBytes, EncryptedText, sealed_anew
from app.records.tables import metadata

BATCH = 200
"""Rows of a transaction: others write between two."""


def rotate(database: Database) -> int:
    """Seal anew what is sealed with an earlier key; how many values. Raises DecryptionFailed."""
    return sum(_rotate_table(database, table) for table in metadata.sorted_tables)


def encrypted_columns(table: Table) -> list[Column[bytes]]:
    """The columns of a table that are encrypted at rest."""
    return [one for one in table.columns if isinstance(one.type, EncryptedBytes | EncryptedText)]


def _rotate_table(database: Database, table: Table) -> int:
    columns = encrypted_columns(table)
    if not columns:
        return 0
    return sum(_rotate_rows(database, table, columns, keys) for keys in _batches(database, table))


def _batches(database: Database, table: Table) -> Iterator[list[str]]:
    after = ""
    while True:
        key = table.c.id
        with database.reading() as session:
            query = select(key).where(key > after).order_by(key).limit(BATCH)
            keys = list(session.connection().execute(query).scalars())
        if keys:
            yield keys
            after = keys[-1]
        if len(keys) < BATCH:
            return


def _rotate_rows(
    database: Database, table: Table, columns: list[Column[bytes]], keys: list[str]
) -> int:
    with database.writing() as session:
        return sum(_rotate_column(session, table, column, keys) for column in columns)


def _rotate_column(session: Session, table: Table, column: Column[bytes], keys: list[str]) -> int:
    raw = type_coerce(column, LargeBinary)
    rows = select(table.c.id, raw).where(table.c.id.in_(keys), column.is_not(None))
    changed = 0
    for key, stored in session.connection().execute(rows).all():
        anew = sealed_anew(bytes(stored))
        if anew is not None:
            mine = and_(table.c.id == key, raw == stored)
            values = {column: type_coerce(anew, LargeBinary)}
            changed += (
                session.connection().execute(update(table).where(mine).values(values)).rowcount
            )
    return changed
