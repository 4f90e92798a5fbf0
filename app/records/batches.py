"""Batches: lookups of many orders, each line of a list with what it came to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, delete
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
    hold; `header_key` names its first line. `source` is the file, for as long as its columns can
    be corrected. `judged_at`: when it had been read to its end; `at`: when whatever process works
    on it was last heard of. `rest_until`, `rests`: the gateway has refused for now so many times in
    a row. `asked_at`: its last turn.
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
    header_key: str = Field(default="", max_length=32, index=True)
    columns: str = Field(default="{}", max_length=200)
    columns_chosen: bool = False
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
    the gateway said: `gateway_status`, `gateway_yen`, `gateway_at`. Orders and exchanges are named,
    not referred to: those of the sandbox go.
    """

    __tablename__ = "batch_items"
    __table_args__ = (
        Index("ix_batch_items_line", "batch_key", "line"),
        Index("ix_batch_items_verdict", "batch_key", "verdict", "line"),
        index_of_some("ix_batch_items_waiting", ["batch_key", "line"], "state = 'waiting'"),
        index_of_some("ix_batch_items_asking", ["exchange_key"], "state = 'asking'"),
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


_WITHOUT_SOURCE = defer(Batch.source)  # type: ignore[arg-type]


def batch_of(session: Session, key: str) -> Batch | None:
    """A batch, without its file."""
    query = select(Batch).where(Batch.id == key).options(_WITHOUT_SOURCE)
    return session.exec(query).one_or_none()


def locked_batch(session: Session, key: str) -> Batch:
    """A batch that is there, locked, without its file."""
    query = select(Batch).where(Batch.id == key).options(_WITHOUT_SOURCE).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def latest_batches(session: Session, environment: Environment, limit: int) -> Sequence[Batch]:
    """The newest batches of an environment, without their files."""
    query = select(Batch).where(Batch.environment == environment).options(_WITHOUT_SOURCE)
    return session.exec(query.order_by(col(Batch.id).desc()).limit(limit)).all()


def columns_chosen_before(session: Session, header_key: str) -> str | None:
    """What a person last said that the columns under this first line hold (JSON)."""
    query = select(Batch.columns).where(
        Batch.header_key == header_key, col(Batch.columns_chosen).is_(True)
    )
    return session.exec(query.order_by(col(Batch.id).desc()).limit(1)).first()


def running_batches(session: Session, environment: Environment) -> Sequence[Batch]:
    """The batches of an environment that ask, locked, the one that has waited longest first.

    Locked in the order of their keys: whoever takes a place among the calls of the environment
    waits for whoever is doing so.
    """
    query = select(Batch).where(Batch.state == BatchState.RUNNING, Batch.environment == environment)
    query = query.options(_WITHOUT_SOURCE).order_by(col(Batch.id)).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).all()
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
