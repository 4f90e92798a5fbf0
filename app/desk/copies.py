"""Copies: results that a shop's own server has received and sends us as they came.

A copy is stored before anybody looks at it and judged as every callback is: what it says counts for
what its CheckString proves, whoever brought it. The same copy is taken once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.desk.callbacks import CallbackIntake
from app.desk.callbacks.raw import raw_row
from app.desk.context import Desk
from app.protocol.wire import JST
from app.records import group_writer
from app.records.callbacks import Callback, Channel, copy_with


@dataclass(frozen=True)
class Copy:
    """What came. `told_at`: when the shop says that it had received it, None where it does not."""

    body: bytes
    headers: Iterable[tuple[str, str]]
    remote_address: str
    token_key: str
    told_at: datetime | None


@dataclass(frozen=True)
class Taken:
    """What became of a copy. `is_new` is False for one that was here. It may not be judged yet."""

    callback: Callback
    is_new: bool


async def take_copy(desk: Desk, intake: CallbackIntake, copy: Copy) -> Taken:
    """Store a copy, and judge it if there is time. Whatever raises here has stored nothing."""
    async with asyncio.timeout(group_writer.ANSWER_SECONDS):
        try:
            key, is_new = await desk.writer.write(lambda session: _stored(session, copy))
        except IntegrityError:
            # Another process was first with the same bytes.
            key, is_new = await desk.writer.write(lambda session: _stored(session, copy))
    processed = await intake.outcome(key) if is_new else None
    callback = processed.callback if processed else await run_in_threadpool(_callback, desk, key)
    return Taken(callback, is_new)


def moment_told(text: str | None) -> datetime | None:
    """A time as ISO 8601 has it, in Japan's where it names no zone; None for anything else."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _stored(session: Session, copy: Copy) -> tuple[str, bool]:
    """The copy's key, and whether it is new."""
    digest = sha256(copy.body).hexdigest()
    known = copy_with(session, digest)
    if known is not None:
        return known, False
    row = raw_row(copy.body, copy.headers, copy.remote_address) | {
        "channel": Channel.COPY,
        "told_at": copy.told_at,
        "token_key": copy.token_key,
        "copied_digest": digest,
    }
    session.connection().execute(insert(Callback), [row])
    return str(row["id"]), True


def _callback(desk: Desk, key: str) -> Callback:
    with desk.database.reading() as session:
        return session.get_one(Callback, key)
