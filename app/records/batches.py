"""Batches: lookups of many orders, each line of a list with what it came to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Index, Text, bindparam, delete
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import (
    REASON_LENGTH,
    Record,
    encrypted_bytes,
    enum_column,
    identifier,
    index_of_some,
    key,
    reference,
    reported_yen,
    timestamp,
)
from app.records.shops import Environment

FILE_NAME_LENGTH, WORD_LENGTH = 200, 64


class BatchState(StrEnum):
    """How far a batch is."""

    CHECKING = "checking"  # read or being read; nothing is sent until somebody starts it
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class PausedBy(StrEnum):
    """Why a batch pauses, where no person has paused it."""

    GATEWAY_AWAY = "gateway-away"  # it refused for now, or was not reached, again and again
    SETTINGS = "settings"  # it refuses who we are: it would refuse every one
    NO_GATEWAY = "no-gateway"  # the shop's gateway has no address


class ItemState(StrEnum):
    """How far one line is."""

    LEFT_OUT = "left-out"  # judged: it is never asked about
    WAITING = "waiting"
    ASKING = "asking"  # written down before it is sent
    ANSWERED = "answered"  # its turn is over, whatever came of it


class Batch(Record, table=True):
    """One list of orders. `sha256` is of the file as it came, `columns` JSON: what its columns
    hold, and `words` what its statuses mean, as a person has said. `source` is the file, `screen`
    the gateway's own list beside it, `screen_facts` JSON: what that was read as; retention takes
    both files. What was paid here from `paid_from` until `paid_until` is asked about too.
    `judged_at`: when it had been read to its end; `at`: when whatever process works on it was last
    heard of. `rest_until`, `rests`: the gateway has refused for now so many times in a row.
    `asked_at`: its last turn.
    """

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_page", "environment", "id"),)

    id: str = key()
    environment: Environment = enum_column(Environment)
    shop_key: str | None = reference("shops.id", optional=True, index=False)
    made_by: str | None = reference("users.id", optional=True, index=False)
    created_at: datetime = timestamp(now)
    at: datetime = timestamp(now)
    file_name: str = Field(default="", max_length=FILE_NAME_LENGTH)
    sha256: str = Field(max_length=64)
    source: bytes | None = encrypted_bytes()
    written: str = Field(default="", max_length=40)
    delimiter: str = Field(default="", max_length=2)
    first_line: str = Field(default="[]", sa_type=Text)  # JSON: its cells
    columns: str = Field(default="{}", max_length=200)
    columns_chosen: bool = False
    words: str = Field(default="{}", sa_type=Text)
    screen: bytes | None = encrypted_bytes()
    screen_facts: str = Field(default="", sa_type=Text)
    paid_from: datetime | None = timestamp()
    paid_until: datetime | None = timestamp()
    reason: str | None = Field(default=None, max_length=REASON_LENGTH)
    state: BatchState = enum_column(BatchState, BatchState.CHECKING, index=True)
    judged_at: datetime | None = timestamp()
    started_at: datetime | None = timestamp()
    started_by: str | None = reference("users.id", optional=True, index=False)
    ended_at: datetime | None = timestamp()
    paused_by: PausedBy | None = enum_column(PausedBy, None)
    rest_until: datetime | None = timestamp()
    rests: int = 0
    asked_at: datetime | None = timestamp()


class BatchItem(Record, table=True):
    """One line of a list, and what its order comes to.

    What the book says: `yen` (Amount and Tax), `paid` (None: it does not say), `status` where it
    uses the interface's own word, `said` and `unread` as they stand there. `problem` with `detail`:
    why it is not asked about; `free_at`: from when it may be, without a reason. What the desk held
    just before it asked: `here_status`, `here_yen`, and `known`: whether it had such an order. What
    the gateway said: `gateway_status`, `gateway_yen`, `gateway_at`. Orders, exchanges and cases are
    named, not referred to: those of the sandbox go.

    `listed`: the book has it; else the gateway's own list or the desk alone does. What that list
    says: `screen_line` (None: it does not have it), `screen_yen`, `screen_paid`, `screen_said`.
    `began_at`: since when the sides do not agree; `stands_since`: the same, until a later answer of
    another list has taken its place. `case_key`: the case that was opened from it.
    """

    __tablename__ = "batch_items"
    __table_args__ = (
        Index("ix_batch_items_line", "batch_key", "line"),
        Index("ix_batch_items_verdict", "batch_key", "verdict", "line"),
        index_of_some("ix_batch_items_waiting", ["batch_key", "line"], "state = 'waiting'"),
        index_of_some("ix_batch_items_asking", ["exchange_key"], "state = 'asking'"),
        Index("ix_batch_items_order", "order_id", "id"),
        index_of_some("ix_batch_items_case", ["case_key", "batch_key"], "case_key IS NOT NULL"),
        index_of_some("ix_batch_items_stands", ["stands_since", "id"], "stands_since IS NOT NULL"),
    )

    id: str = key()
    batch_key: str = reference("batches.id", index=False)
    line: int
    order_id: str = identifier(WORD_LENGTH)
    problem: str | None = Field(default=None, max_length=20)
    detail: str = Field(default="", max_length=WORD_LENGTH)
    yen: int | None = reported_yen()
    paid: bool | None = None
    status: str | None = Field(default=None, max_length=16)
    said: str = Field(default="", max_length=WORD_LENGTH)
    unread: str = Field(default="", max_length=WORD_LENGTH)
    shop_key: str | None = Field(default=None, max_length=32)
    order_key: str | None = Field(default=None, max_length=32)
    known: bool = False
    free_at: datetime | None = timestamp()
    state: ItemState = enum_column(ItemState, ItemState.WAITING)
    not_before: datetime | None = timestamp()
    exchange_key: str | None = Field(default=None, max_length=32)
    here_status: str | None = Field(default=None, max_length=16)
    here_yen: int | None = reported_yen()
    gateway_status: str | None = Field(default=None, max_length=16)
    gateway_yen: int | None = reported_yen()
    gateway_at: datetime | None = timestamp()
    verdict: str = Field(default="not-asked", max_length=20)
    why: str = Field(default="", max_length=24)
    listed: bool = True
    screen_line: int | None = None
    screen_yen: int | None = reported_yen()
    screen_paid: bool | None = None
    screen_said: str = Field(default="", max_length=WORD_LENGTH)
    began_at: datetime | None = timestamp()
    stands_since: datetime | None = timestamp()
    case_key: str | None = Field(default=None, max_length=32)


WITHOUT_FILES = tuple(defer(getattr(Batch, name)) for name in ("source", "screen"))
"""For who reads batches and needs no file."""


def batch_of(session: Session, key: str) -> Batch | None:
    """A batch, without its files."""
    query = select(Batch).where(Batch.id == key).options(*WITHOUT_FILES)
    return session.exec(query).one_or_none()


def locked_batch(session: Session, key: str) -> Batch:
    """A batch that is there, locked, without its filess."""
    query = select(Batch).where(Batch.id == key).options(*WITHOUT_FILES).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


class FilesKept(NamedTuple):
    """Which files of a batch are still kept."""

    source: bool
    screen: bool


def files_kept(session: Session, key: str) -> FilesKept:
    """Which files of a batch are still kept, without reading them."""
    query = select(col(Batch.source).is_not(None), col(Batch.screen).is_not(None))
    return FilesKept(*map(bool, session.exec(query.where(Batch.id == key)).one()))


def latest_batches(session: Session, environment: Environment, limit: int) -> Sequence[Batch]:
    """The newest batches of an environment, without their files."""
    query = select(Batch).where(Batch.environment == environment).options(*WITHOUT_FILES)
    return session.exec(query.order_by(col(Batch.id).desc()).limit(limit)).all()


_RUNNING = (
    select(Batch)
    .where(Batch.state == BatchState.RUNNING, Batch.environment == bindparam("environment"))
    .options(*WITHOUT_FILES)
    .order_by(col(Batch.id))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def running_batches(session: Session, environment: Environment) -> Sequence[Batch]:
    """The batches of an environment that ask, locked, the one that has waited longest first.

    Locked in the order of their keys: whoever takes a place among the calls of the environment
    waits for whoever is doing so.
    """
    found = session.exec(_RUNNING, params={"environment": environment}).all()
    return sorted(found, key=lambda one: (one.asked_at or one.created_at, one.id))


def any_running(session: Session) -> Collection[Environment]:
    """The environments in which a batch asks."""
    query = select(Batch.environment).where(Batch.state == BatchState.RUNNING).distinct()
    return [Environment(one) for one in session.exec(query)]


def forget_batches(session: Session, environment: Environment) -> None:
    """Delete the batches of an environment that ask nothing any more."""
    ended = select(Batch.id).where(
        Batch.environment == environment, Batch.state != BatchState.RUNNING
    )
    connection = session.connection()
    connection.execute(delete(BatchItem).where(col(BatchItem.batch_key).in_(ended)))
    connection.execute(
        delete(Batch).where(
            col(Batch.environment) == environment, col(Batch.state) != BatchState.RUNNING
        )
    )
