"""What a person does with a batch: gives a list, corrects its columns, starts, pauses, resumes and
stops it. Each asks the batch as it is now: two browsers may do the same."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from app.clock import now
from app.desk.audit import record_action
from app.desk.batches.screen import Screen
from app.desk.batches.verdicts import Why
from app.desk.books.cells import OwnWords
from app.desk.books.columns import Columns, words_json
from app.desk.context import Actor
from app.desk.permissions import Permission, demand
from app.records.batch_items import has_open_items, leave_out_waiting
from app.records.batches import FILE_NAME_LENGTH, Batch, BatchState, locked_batch
from app.records.columns import REASON_LENGTH
from app.records.database import Database
from app.records.shops import Environment


@dataclass(frozen=True)
class Given:
    """What somebody brings: a list, where it belongs, and why it may be asked about early.

    Beside it, perhaps, the gateway's own list as its screen exports it; and the time in which what
    was paid here is asked about too, whether the list has it or not.
    """

    environment: Environment
    data: bytes
    file_name: str = ""
    shop_key: str | None = None
    reason: str = ""
    screen: bytes = b""
    screen_name: str = ""
    paid_from: datetime | None = None
    paid_until: datetime | None = None


def begin_batch(database: Database, actor: Actor, given: Given) -> str:
    """Keep a list that is about to be judged; its key."""
    batch = Batch(
        environment=given.environment,
        shop_key=given.shop_key,
        made_by=actor.user_key,
        file_name=given.file_name[:FILE_NAME_LENGTH],
        sha256=sha256(given.data).hexdigest(),
        source=zlib.compress(given.data),
        reason=_tidy(given.reason),
        screen=zlib.compress(given.screen) if given.screen.strip() else None,
        paid_from=given.paid_from,
        paid_until=given.paid_until,
    )
    if given.screen.strip():
        batch.screen_facts = Screen(given.screen_name, sha256(given.screen).hexdigest()).to_json()
    with database.writing() as session:
        session.add(batch)
    return batch.id


@dataclass(frozen=True)
class Meant:
    """What a person says that a list means: its columns, those of the gateway's own list beside it,
    and its statuses, by how each is written."""

    columns: Columns
    screen: Columns | None = None
    words: OwnWords = field(default_factory=dict)


def set_columns(database: Database, key: str, meant: Meant) -> bool:
    """Say what a list means; whether it still can be said. Then it is judged anew."""
    with database.writing() as session:
        batch = locked_batch(session, key)
        if batch.state is not BatchState.CHECKING or batch.judged_at is None:
            return False
        batch.columns, batch.columns_chosen = meant.columns.to_json(), True
        batch.words = words_json(meant.words)
        if meant.screen and batch.screen_facts:
            facts = replace(Screen.from_json(batch.screen_facts), columns=meant.screen, chosen=True)
            batch.screen_facts = facts.to_json()
        batch.judged_at, batch.at = None, now()
        return True


def start(database: Database, actor: Actor, key: str, reason: str = "") -> None:
    """Ask about every line that can be asked about. `reason`: why those that were asked about less
    than 60 minutes ago are asked about too. Raises NotPermitted and FactorNeeded.
    """

    def change(session: Session, batch: Batch) -> None:
        if batch.state is not BatchState.CHECKING or batch.judged_at is None:
            return
        batch.started_at, batch.started_by = now(), actor.user_key
        batch.reason = _tidy(reason) or batch.reason
        _go_on(session, batch)
        _note(session, actor, batch, "batch-started")

    _change(database, actor, key, change)


def pause(database: Database, actor: Actor, key: str) -> None:
    """Ask nothing more for now; what is under way comes to its end."""

    def change(session: Session, batch: Batch) -> None:
        if batch.state is BatchState.RUNNING:
            batch.state, batch.paused_by = BatchState.PAUSED, None
            _note(session, actor, batch, "batch-paused")

    _change(database, actor, key, change)


def resume(database: Database, actor: Actor, key: str) -> None:
    """Go on where it paused. Raises NotPermitted and FactorNeeded."""

    def change(session: Session, batch: Batch) -> None:
        if batch.state is BatchState.PAUSED:
            batch.started_by = actor.user_key
            batch.paused_by, batch.rest_until, batch.rests = None, None, 0
            _go_on(session, batch)
            _note(session, actor, batch, "batch-resumed")

    _change(database, actor, key, change)


def stop(database: Database, actor: Actor, key: str) -> None:
    """End it: what has not been asked never will be."""

    def change(session: Session, batch: Batch) -> None:
        if batch.state in (BatchState.CHECKING, BatchState.RUNNING, BatchState.PAUSED):
            batch.state, batch.ended_at = BatchState.STOPPED, now()
            leave_out_waiting(session, batch.id, Why.STOPPED)
            _note(session, actor, batch, "batch-stopped")

    _change(database, actor, key, change)


def _tidy(reason: str) -> str | None:
    return reason.strip()[:REASON_LENGTH] or None


def _go_on(session: Session, batch: Batch) -> None:
    batch.state = BatchState.RUNNING
    if not has_open_items(session, batch.id):
        batch.state, batch.ended_at = BatchState.DONE, now()


def _change(
    database: Database, actor: Actor, key: str, change: Callable[[Session, Batch], None]
) -> None:
    with database.writing() as session:
        batch = locked_batch(session, key)
        demand(actor, Permission.ACT, batch.environment)
        change(session, batch)
        batch.at = now()


def _note(session: Session, actor: Actor, batch: Batch, action: str) -> None:
    record_action(
        session, actor, action, subject=batch.file_name, batch=batch.id, reason=batch.reason
    )
