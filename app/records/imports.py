"""Imports: results found in a file, held apart until a person has seen what they come to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Index, case, delete, func
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.protocol.reading import order_id_of
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

    @property
    def order_id(self) -> str:
        """The OrderID that it names, empty for one that could be none."""
        return order_id_of(self.body)


def import_locked(session: Session, key: str) -> Import:
    """An import, locked. There is one."""
    return session.get_one(Import, key, with_for_update=True)


def known_results(
    session: Session, import_key: str, signed: Collection[str]
) -> Mapping[str, ImportedResult]:
    """Those of these results that the file has told of before, by what is signed in them."""
    query = select(ImportedResult).where(
        ImportedResult.import_key == import_key, col(ImportedResult.signed).in_(signed)
    )
    return {result.signed: result for result in session.exec(query)}


class Counted(NamedTuple):
    """How many results have one verdict, and how many of them were here before."""

    verdict: str
    number: int
    here: int


def counts_of(session: Session, import_key: str) -> Sequence[Counted]:
    """The results of an import by their verdicts, most frequent first."""
    number = func.count(col(ImportedResult.id))
    here = func.sum(case((col(ImportedResult.here), 1), else_=0))
    query = (
        select(ImportedResult.verdict, number, here)
        .where(ImportedResult.import_key == import_key)
        .group_by(col(ImportedResult.verdict))
    )
    counted = session.exec(query)
    found = [Counted(verdict, int(total), int(known)) for verdict, total, known in counted]
    return sorted(found, key=lambda one: (-one.number, one.verdict))


def results_to_keep(session: Session, import_key: str, limit: int) -> Sequence[ImportedResult]:
    """The first results of a file that the desk did not have, in the order of the file."""
    query = (
        select(ImportedResult)
        .where(ImportedResult.import_key == import_key, col(ImportedResult.here).is_(False))
        .order_by(col(ImportedResult.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.exec(query).all()


def results_shown(session: Session, import_key: str, limit: int) -> Sequence[ImportedResult]:
    """The first results of a file, those first that do not verify."""
    query = select(ImportedResult).where(ImportedResult.import_key == import_key)
    doubtful_first = (col(ImportedResult.verdict) == "verified", col(ImportedResult.id))
    return session.exec(query.order_by(*doubtful_first).limit(limit)).all()


def drop_results(session: Session, keys: Collection[str]) -> None:
    """They are kept now, or nobody wants them."""
    session.connection().execute(delete(ImportedResult).where(col(ImportedResult.id).in_(keys)))


def forget_results(session: Session, before: datetime) -> None:
    """What was found in files so long ago, and never kept, is not waited for any longer."""
    old = select(Import.id).where(col(Import.created_at) < before)
    session.connection().execute(
        delete(ImportedResult).where(col(ImportedResult.import_key).in_(old))
    )


def latest_imports(session: Session, limit: int) -> Sequence[Import]:
    """The newest imports."""
    return session.exec(select(Import).order_by(col(Import.id).desc()).limit(limit)).all()
