"""Keeping what was found in a file: each result is stored raw, then judged as any that arrives."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import insert

from app.clock import now
from app.desk.audit import record_action
from app.desk.callbacks import limits
from app.desk.callbacks.process import process_rows
from app.desk.callbacks.raw import TARGET, raw_row
from app.desk.context import Actor
from app.records.callbacks import Callback, Channel
from app.records.database import UNREACHABLE, Database
from app.records.imports import (
    Import,
    ImportState,
    drop_results,
    import_locked,
    results_to_keep,
)
from app.records.shops import OurShops

log = logging.getLogger(__name__)

BATCH = 200
"""Results that are stored in one short transaction."""

WHERE = "x-import"
"""The name under which the file and the line are kept, beside the headers of other results."""

FROM = "/imports"
"""What is kept as the address asked for."""


def keep(
    database: Database,
    ours: OurShops,
    key: str,
    actor: Actor | None,
    go_on: Callable[[], bool] = lambda: True,
) -> None:
    """Keep all that an import found and the desk did not have, while `go_on`."""
    for _ in keep_in_steps(database, ours, key, actor):
        if not go_on():
            return


def keep_in_steps(
    database: Database, ours: OurShops, key: str, actor: Actor | None
) -> Iterator[int]:
    """The same, in steps: after each how many are kept so far. Nothing is kept twice, so what was
    broken off can be taken up again."""
    if not _begin(database, key):
        return
    while keys := _store(database, key, actor):
        for at in range(0, len(keys), limits.BATCH):
            _judge(database, ours, keys[at : at + limits.BATCH])
        with database.reading() as session:
            yield session.get_one(Import, key).kept
    _end(database, key, actor)


def _begin(database: Database, key: str) -> bool:
    with database.writing() as session:
        row = import_locked(session, key)
        may_begin = row.state in {ImportState.READY, ImportState.KEEPING}
        if may_begin:
            row.state, row.at = ImportState.KEEPING, now()
        return may_begin


def _store(database: Database, key: str, actor: Actor | None) -> Sequence[str]:
    """Store some raw, in one transaction with their leaving the import; their keys."""
    with database.writing() as session:
        row = import_locked(session, key)
        results = results_to_keep(session, key, BATCH)
        rows = [
            raw_row(
                result.body,
                [(TARGET, FROM), (WHERE, f"{row.file_name}, line {result.line}")],
                actor.remote_address if actor else "",
            )
            | {"channel": Channel.IMPORT, "told_at": result.told_at}
            for result in results
        ]
        if rows:
            session.connection().execute(insert(Callback), rows)
            drop_results(session, [result.id for result in results])
            row.kept, row.at = row.kept + len(rows), now()
        return [str(one["id"]) for one in rows]


def _judge(database: Database, ours: OurShops, keys: Sequence[str]) -> None:
    """Together; where that fails, one by one, so that one row cannot hold up the others."""
    try:
        with database.writing() as session:
            process_rows(session, ours, keys)
    except UNREACHABLE:
        raise
    except Exception:
        if len(keys) == 1:
            log.exception("callback %s could not be processed", keys[0])
            return
        for key in keys:
            _judge(database, ours, [key])


def _end(database: Database, key: str, actor: Actor | None) -> None:
    with database.writing() as session:
        row = import_locked(session, key)
        if row.state is not ImportState.KEEPING:
            return
        row.state, row.at = ImportState.KEPT, now()
        name, kept, found = row.file_name, row.kept, row.found
        record_action(session, actor, "results-imported", subject=name, kept=kept, found=found)
