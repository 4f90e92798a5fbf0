"""Imports: results found in a file, held apart until a person has seen what they come to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from app.clock import now
from app.records.columns import Record, enum_column, key, reference, timestamp

FILE_NAME_LENGTH = 200


class ImportState(StrEnum):
    """How far an import is."""

    READING = "reading"
    READY = "ready"  # read and judged; nothing is kept yet
    KEEPING = "keeping"
    KEPT = "kept"
    FAILED = "failed"  # the process that read or kept it ended, or the file was none


class Import(Record, table=True):
    """One file. `unread` is JSON: the lines that looked like a result and were none, the first of
    them; `unread_number` counts all. `at` is when the process that works on it was last heard of.
    """

    __tablename__ = "imports"

    id: str = key()
    file_name: str = Field(max_length=FILE_NAME_LENGTH)
    made_by: str | None = reference("users.id", optional=True, index=False)
    created_at: datetime = timestamp(now)
    at: datetime = timestamp(now)
    state: ImportState = enum_column(ImportState, ImportState.READING)
    lines: int = 0
    found: int = 0
    kept: int = 0
    unread: str = "[]"
    unread_number: int = 0


class ImportedResult(Record, table=True):
    """One result of a file, each once however often the file tells of it.

    `line` is where it stands first, `times` how often. `told_at` is when the line says that it
    came. `here`: the desk had it before.
    """

    __tablename__ = "imported_results"
    __table_args__ = (Index("ix_imported_results_once", "import_key", "signed", unique=True),)

    id: str = key()
    import_key: str = reference("imports.id", index=False)
    # The SHA-256 of what is signed in it: another order of parameters is the same result.
    signed: str = Field(max_length=64)
    line: int
    times: int = 1
    told_at: datetime | None = timestamp()
    body: bytes
    verdict: str = Field(max_length=16)
    here: bool = False
