"""Column types and field shorthands that the tables share."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Index, String, and_, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.records.encryption import EncryptedAddress, EncryptedBytes, EncryptedText
from app.records.keys import KEY_LENGTH, new_key


class Record(SQLModel):
    """What every table's class is made from.

    Rows are never validated, they are ours; a validator for each table would be built at each
    start for nothing. So they are made and changed as SQLAlchemy does it, past pydantic, whose part
    costs ten times as much.
    """

    model_config = {"defer_build": True}

    def __init__(self, **values: Any) -> None:
        """A row that is not in its table yet; what is not given has its default."""
        fixed, made = _defaults(type(self))
        self.__dict__.update(fixed)
        self.__dict__.update({name: make() for name, make in made if name not in values})
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@cache
def _defaults(table: type[SQLModel]) -> tuple[Mapping[str, Any], Sequence[tuple[str, Any]]]:
    """The defaults of a table's columns: those that never differ, and those made for each row."""
    fields = table.model_fields.items()
    fixed = {name: field.default for name, field in fields if not field.is_required()}
    made = [(name, field.default_factory) for name, field in fields if field.default_factory]
    return {name: fixed[name] for name in fixed if name not in dict(made)}, made


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite drops the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not a moment")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


REASON_LENGTH = 200
"""Characters of the reason that a person gives; what is longer is cut."""

EMAIL_LENGTH = 254
"""Characters of an e-mail address (RFC 5321)."""


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as its text: a database's own enum types make every new word a migration."""

    impl = String(20)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        return None if value is None else str(self.enum(value))

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


_REQUIRED: Any = ...


def enum_column(enum: type[StrEnum], default: Any = _REQUIRED, *, index: bool = False) -> Any:
    """A word out of a fixed list; without a default it must be given."""
    kind: Any = EnumText(enum)
    if default is _REQUIRED:
        return Field(sa_type=kind, index=index)
    return Field(default=default, sa_type=kind, index=index)


def key() -> Any:
    """A primary key, made here and sorted by time."""
    return Field(default_factory=new_key, primary_key=True, max_length=KEY_LENGTH)


def reference(target: str, *, optional: bool = False, index: bool = True) -> Any:
    """A key of another table."""
    if optional:
        return Field(default=None, foreign_key=target, index=index, max_length=KEY_LENGTH)
    return Field(foreign_key=target, index=index, max_length=KEY_LENGTH)


def index_of_some(name: str, columns: Sequence[str], which: str, *, unique: bool = False) -> Index:
    """An index of the rows for which `which` holds: the others cost it nothing."""
    some = text(which)
    return Index(name, *columns, unique=unique, sqlite_where=some, postgresql_where=some)


def identifier(length: int, *, optional: bool = False) -> Any:
    """An identifier, compared byte by byte in every database: a prefix is a range of an index."""
    kind = identifier_type(length)
    return Field(default=None, sa_type=kind) if optional else Field(sa_type=kind)


def identifier_type(length: int) -> Any:
    """The type of an `identifier`."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def begins_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Whether an `identifier` begins with this text."""
    return and_(column >= prefix, column < prefix + "\U0010ffff")


def timestamp(default: Callable[[], datetime] | None = None, *, index: bool = False) -> Any:
    """A time. Without a default it starts empty."""
    if default is None:
        return Field(default=None, sa_type=UtcDateTime, index=index)
    return Field(default_factory=default, sa_type=UtcDateTime, index=index)


def reported_yen() -> Any:
    """Yen as the gateway says them: up to ten digits, which 32 bits do not hold."""
    return Field(default=None, sa_type=BigInteger)


def encrypted_text() -> Any:
    """A text that is encrypted at rest."""
    return Field(default=None, sa_type=EncryptedText)


def encrypted_address() -> Any:
    """An address that is encrypted at rest, since it may open what it leads to."""
    return Field(default=None, sa_type=EncryptedAddress)


def encrypted_bytes() -> Any:
    """Bytes that are encrypted at rest."""
    return Field(default=None, sa_type=EncryptedBytes)
