"""Callbacks: what arrived at RetURL, raw first, verified second, applied third."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Index,
    Select,
    SmallInteger,
    Table,
    bindparam,
    func,
)
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import (
    Record,
    enum_column,
    identifier,
    index_of_some,
    key,
    reference,
    timestamp,
)
from app.records.public_rows import callbacks_index
from app.records.shops import Environment, Shop

UNRANKED = 2
"""The rank of a callback for which nothing speaks."""

RANKS = range(UNRANKED + 1)
"""Every rank that there is, the first to be judged first."""

TROUBLE_LENGTH = 120
"""Characters of the reason for which a callback could not be judged."""

WAITING = "judged_at IS NULL AND set_aside_at IS NULL"
"""What a callback is like that waits for its verdict, for an index; a query: `awaits_judgement`."""


LISTED_BY = ("environment", "verdict", "copy_of", "id")
"""By what a list of one verdict is read."""


class Applied(StrEnum):
    """What a verified callback did to its order."""

    MOVED = "moved"
    AGREED = "agreed"
    CONFLICT = "conflict"
    NOTHING = "nothing"


IS_COPY = "copied_digest IS NOT NULL"
"""A copy, as an index must say it: only of these there is one with each body."""

UNPROVEN_COPY = (
    f"{IS_COPY} AND order_key IS NULL AND verdict <> 'verified'"
    " AND coalesce(environment, '') <> 'sandbox'"
)
"""A copy that proves nothing, of no order that is here, as an index and a query must say it."""


class Channel(StrEnum):
    """By what a result came, where no customer's browser brought it to us."""

    COPY = "copy"  # the shop's own server sent what it had received
    IMPORT = "import"  # it stood in a file


class Callback(Record, table=True):
    """One body that arrived at RetURL. Received, verified and applied are three facts.

    `body` is never altered, but where the disk is nearly full: then its beginning is kept, and
    `whole_length` says how many bytes it had. The other values are what verifying read in it, and
    may be read again when a shop is added; `order_id` is read on arrival, so that it can be found
    before. `environment` is None where no shop of ours is named: such a callback is shown in every
    environment.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_page", "environment", "copy_of", "id"),
        Index("ix_callbacks_number", "order_id", "id"),
        # Of those alone that wait: judging takes a row out of it, and it stays small.
        index_of_some("ix_callbacks_waiting", ("rank", "id"), WAITING),
        index_of_some("ix_callbacks_set_aside", ("id",), "set_aside_at IS NOT NULL"),
        # What is known by judging alone: while a customer waits, no page of these is written.
        index_of_some("ix_callbacks_verdict", ("verdict", "id"), "verdict IS NOT NULL"),
        index_of_some("ix_callbacks_listed", LISTED_BY, "verdict IS NOT NULL"),
        index_of_some("ix_callbacks_tagged", ("tags", "order_key"), "tags <> ''"),
        index_of_some("ix_callbacks_digest", ("digest", "id"), "judged_at IS NOT NULL"),
        index_of_some("ix_callbacks_copy_of", ("copy_of",), "copy_of IS NOT NULL"),
        index_of_some("ix_callbacks_order_key", ("order_key", "tags"), "order_key IS NOT NULL"),
        index_of_some("ix_callbacks_unproven_copies", ("judged_at",), UNPROVEN_COPY),
        callbacks_index(),
        index_of_some("ix_callbacks_copy", ("copied_digest",), IS_COPY, unique=True),
    )

    id: str = key()
    received_at: datetime = timestamp(now)
    body: bytes
    whole_length: int | None = None
    # The SHA-256 of the body, written with the verdict: an index over chance costs a page with
    # each row, which is too much while a customer waits.
    digest: str = Field(default="", max_length=64)
    headers: str = "{}"
    remote_address: str = Field(default="", max_length=64)
    channel: Channel | None = enum_column(Channel, None)
    # When the shop says that it had received it; what came to ourselves needs no such word.
    told_at: datetime | None = timestamp()
    # The token with which it was brought. No token is ever deleted, so nothing checks it.
    token_key: str | None = Field(default=None, max_length=32)
    # Of a copy its SHA-256, from the start: the same copy is taken once.
    copied_digest: str | None = Field(default=None, max_length=64)

    # Seen in the bytes on arrival: what is judged first; the less, the sooner.
    rank: int = Field(default=UNRANKED, sa_type=SmallInteger)
    # How often judging it has failed by its own fault, why, and since when nobody tries any more.
    tries: int = Field(default=0, sa_type=SmallInteger)
    trouble: str | None = Field(default=None, max_length=TROUBLE_LENGTH)
    set_aside_at: datetime | None = timestamp()

    judged_at: datetime | None = timestamp()
    verdict: str | None = Field(default=None, max_length=16)
    detail: str | None = Field(default=None, max_length=200)
    tags: str = Field(default="", max_length=200)
    # The key of the first callback with these very bytes: lists fold the copies into it.
    copy_of: str | None = Field(default=None, max_length=32)
    environment: Environment | None = enum_column(Environment, None)
    shop_id: str | None = Field(default=None, max_length=40)
    order_id: str | None = identifier(60, optional=True)
    status: str | None = Field(default=None, max_length=40)
    tran_date: str | None = Field(default=None, max_length=40)

    order_key: str | None = reference("orders.id", optional=True, index=False)
    applied: Applied | None = enum_column(Applied, None)
    applied_at: datetime | None = timestamp()

    @property
    def came_at(self) -> datetime:
        """When the customer brought it: by the shop's word where it came to the shop. A word that
        lies ahead of when we had it is none."""
        return min(self.told_at or self.received_at, self.received_at)

    @property
    def tag_list(self) -> list[str]:
        """The tags, in the order in which they were given."""
        return self.tags.split()


def awaits_judgement(rank: int | None = None) -> ColumnElement[bool]:
    """Whether a callback has no verdict yet and is to get one by itself; one of this rank only.

    Where the order of the keys matters, ask for each rank: SQLite, which knows no figures, would
    else rather read all callbacks in that order than the index of the few that wait.
    """
    waits = col(Callback.judged_at).is_(None) & col(Callback.set_aside_at).is_(None)
    # All have a rank. It is what the index begins with.
    return waits & (col(Callback.rank) >= 0 if rank is None else col(Callback.rank) == rank)


def callbacks_of(session: Session, order_key: str) -> Sequence[tuple[Callback, int]]:
    """The callbacks of an order, oldest first, each with the number of its later repeats.

    Repeats have the same bytes and are folded into the first that names this order: a replay of
    a thousand is one row to read. That first may itself repeat one of before the order was here.
    """
    # Keys sort by time, so the least of a group is the first to have come.
    groups = (
        select(func.min(Callback.id).label("first"), func.count().label("times"))
        .where(Callback.order_key == order_key)
        .group_by(func.coalesce(Callback.copy_of, Callback.id))
        .subquery()
    )
    query = select(Callback, groups.c.times).join(groups, col(Callback.id) == groups.c.first)
    rows = session.exec(query.order_by(col(Callback.id)))
    return [(callback, times - 1) for callback, times in rows]


# Statements of the busy path are built once: building one costs more than running it.
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_table: Table = Callback.metadata.tables["callbacks"]

_UNPROCESSED = (
    sqlalchemy.select(_table)
    .where(_table.c.id.in_(_KEYS), _table.c.judged_at.is_(None))
    .order_by(_table.c.id)
    .with_for_update(skip_locked=True)
)


def locked_unprocessed(session: Session, keys: Sequence[str]) -> Sequence[Callback]:
    """Those of these callbacks that nobody has processed or is processing, oldest first, locked.

    They are none of the session's, which would take as long again to keep an eye on them: what is
    changed in them, `write_judged` writes.
    """
    return _read(session, _UNPROCESSED, {"keys": keys})


def _read(session: Session, query: Select[Any], params: Mapping[str, Any]) -> list[Callback]:
    rows = session.connection().execute(query, params).mappings()
    return [Callback(**row) for row in rows]


_JUDGED = (
    *("judged_at", "verdict", "detail", "tags", "digest", "copy_of"),
    *("environment", "shop_id", "order_id", "status", "tran_date"),
    *("order_key", "applied", "applied_at"),
)
_WRITE_JUDGED = (
    sqlalchemy.update(_table)
    .where(_table.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _JUDGED})
)


def write_judged(session: Session, callbacks: Sequence[Callback]) -> None:
    """Write what judging and applying have found of these callbacks."""
    rows = [
        {"key": callback.id} | {f"new_{name}": vars(callback)[name] for name in _JUDGED}
        for callback in callbacks
    ]
    if rows:
        session.connection().execute(_WRITE_JUDGED, rows)


def copy_with(session: Session, digest: str) -> str | None:
    """The key of the copy with these bytes."""
    query = select(func.min(Callback.id)).where(Callback.copied_digest == digest)
    return session.exec(query).one()


def stored_here(session: Session, digests: Collection[str]) -> set[str]:
    """Which of these bodies, by their digests, are stored and judged."""
    query = select(Callback.digest).where(
        col(Callback.digest).in_(digests), col(Callback.judged_at).is_not(None)
    )
    return set(session.exec(query.distinct()))


_FIRSTS = (
    sqlalchemy.select(_table.c.digest, func.min(_table.c.id))
    .where(_table.c.digest.in_(_KEYS), _table.c.judged_at.is_not(None))
    # Wrapped so that its own index is not used: nearly every callback is a first.
    .where(func.coalesce(_table.c.copy_of, "") == "")
    .group_by(_table.c.digest)
)


def originals(session: Session, callbacks: Sequence[Callback]) -> Mapping[str, str]:
    """The first callback with the same bytes, of each of these that is not the first.

    First means processed first. These are about to be, have their digests, and are oldest first.
    """
    digests = list({callback.digest for callback in callbacks})
    # Past the session: what they are compared with has been written, and they need not be.
    found = session.connection().execute(_FIRSTS, {"keys": digests})
    firsts: dict[str, str] = dict(found.all())
    copies: dict[str, str] = {}
    for callback in callbacks:
        first = firsts.setdefault(callback.digest, callback.id)
        if first != callback.id:
            copies[callback.id] = first
    return copies


def keys_with_verdict(
    session: Session, verdicts: Collection[str], after: str, limit: int
) -> Sequence[str]:
    """The keys of callbacks with one of these verdicts that name a shop of the table and are kept
    whole, oldest first, from behind a key on."""
    query = select(Callback.id).where(
        col(Callback.verdict).in_(verdicts),
        col(Callback.shop_id).in_(select(Shop.shop_id)),
        col(Callback.whole_length).is_(None),
        Callback.id > after,
    )
    return session.exec(query.order_by(col(Callback.id)).limit(limit)).all()


def locked_with_verdict(
    session: Session, keys: Collection[str], verdicts: Collection[str]
) -> Sequence[Callback]:
    """Those of these callbacks that still have one of these verdicts, oldest first, locked.

    None of the session's, as from `locked_unprocessed`.
    """
    query = sqlalchemy.select(_table).where(_table.c.id.in_(keys), _table.c.verdict.in_(verdicts))
    return _read(session, query.order_by(_table.c.id).with_for_update(), {})
