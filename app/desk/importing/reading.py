"""Reading a file: every result in it judged, held apart, and told from what is here already."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from sqlmodel import Session

from app.clock import now
from app.desk.context import Actor
from app.desk.importing.texts import NotReadable, Part, parts_of, text_of
from app.protocol.checkstring import Verdict, judge, read_result
from app.protocol.impersonal import impersonal
from app.protocol.pasted import Found, Pasted, Unread, read_pieces
from app.protocol.reading import Reading
from app.records.callback_reports import said_here
from app.records.callbacks import stored_here
from app.records.database import Database
from app.records.imports import (
    FILE_NAME_LENGTH,
    Import,
    ImportedResult,
    ImportState,
    forget_results,
    import_locked,
    known_results,
)
from app.records.orders import erased_among
from app.records.shops import OurShops

TOLD_EVERY = 1.0
"""Seconds after which it is said how far a file is, where nothing was found meanwhile."""

UNREAD_SHOWN = 200
"""Lines without a readable result that are listed; all are counted."""

WAITED_FOR = timedelta(days=1)
"""How long what was found in a file waits to be kept."""

MISSING = "missing"
TOO_MUCH = "too-much"
"""Why a line is unread: something of a result is not there, or reading cost too much work."""


@dataclass(frozen=True)
class _Judged:
    found: Found
    reading: Reading
    verdict: Verdict

    @property
    def signed(self) -> str:
        """What tells this result from any other: what is signed; of a malformed one, all of it."""
        if self.reading.malformed:
            return sha256(self.found.body).hexdigest()
        return sha256(repr(sorted(self.reading.signed.items())).encode()).hexdigest()

    @property
    def number(self) -> tuple[str, ...]:
        """What it says: ShopID, OrderID, Status, TranDate."""
        values = self.reading.values
        return tuple(values.get(name, "") for name in ("ShopID", "OrderID", "Status", "TranDate"))


class _Progress(NamedTuple):
    """How far a file has been read: lines, and results with every repeat."""

    lines: int = 0
    found: int = 0

    def after(self, lines: int, judged: Sequence[_Judged]) -> _Progress:
        """One window further."""
        return _Progress(lines, self.found + sum(one.found.times for one in judged))


def begin_import(database: Database, actor: Actor | None, file_name: str) -> str:
    """A new import, of which nothing has been read yet; its key."""
    row = Import(
        file_name=file_name.replace("\0", "\ufffd")[-FILE_NAME_LENGTH:] or "—",
        made_by=actor.user_key if actor else None,
    )
    with database.writing() as session:
        forget_results(session, now() - WAITED_FOR)
        session.add(row)
    return row.id


def read_into(
    database: Database,
    ours: OurShops,
    key: str,
    file: BinaryIO,
    go_on: Callable[[], bool] = lambda: True,
) -> None:
    """Read the whole file into its import, while `go_on`."""
    for reading in read_in_steps(database, ours, key, file):
        if not go_on():
            _end(database, key, ImportState.FAILED, reading)
            return


def read_in_steps(
    database: Database, ours: OurShops, key: str, file: BinaryIO
) -> Iterator[_Progress]:
    """The same, in steps: after each how far it is.

    Raises NotReadable for a packed file that breaks off; its import has failed then.
    """
    with database.reading() as session:
        password_of = {shop.shop_id: shop.password for shop in ours.all(session)}.get
    reading, last_told = _Progress(), time.monotonic()
    try:
        for pasted in _windows(file, lambda one: judge(one, password_of).verdict):
            judged = [_judged(found) for found in pasted.results]
            unread = _unread(pasted)
            reading = reading.after(pasted.lines, judged)
            # Of a log in which hardly a line is a result, not every window is worth a commit.
            if judged or unread or time.monotonic() - last_told > TOLD_EVERY:
                _hold(database, key, reading, judged, unread)
                last_told = time.monotonic()
            yield reading
    except NotReadable:
        _end(database, key, ImportState.FAILED, reading)
        raise
    _end(database, key, ImportState.READY, reading)


def _windows(file: BinaryIO, verdict_of: Callable[[Reading], Verdict]) -> Iterator[Pasted]:
    """What was found, a window at a time."""
    text, ways = text_of(file)
    for part in parts_of(text):
        for pasted in read_pieces(part.pieces, verdict_of, ways):
            _move(pasted, part)
            yield pasted


def _move(pasted: Pasted, part: Part) -> None:
    """From lines of a part to lines of the file."""
    by = part.line - 2 if part.headed else part.line - 1
    pasted.lines += by
    for found in pasted.results:
        found.line += by
    pasted.unread = [_moved(unread, by) for unread in pasted.unread]
    pasted.stopped = None if pasted.stopped is None else pasted.stopped + by


def _moved(unread: Unread, by: int) -> Unread:
    return Unread(unread.line + by, unread.column, unread.excerpt, unread.missing, unread.uneven)


def _judged(found: Found) -> _Judged:
    reading = read_result(found.body)
    return _Judged(found, reading, found.verdict)


def _unread(pasted: Pasted) -> list[tuple[int, str, str]]:
    """The lines that look like a result and are none: line, why, and what is missing."""
    lines = [(one.line, MISSING, ", ".join(one.missing)) for one in pasted.unread]
    return lines + ([(pasted.stopped, TOO_MUCH, "")] if pasted.stopped is not None else [])


def _hold(
    database: Database,
    key: str,
    reading: _Progress,
    judged: Sequence[_Judged],
    unread: Sequence[tuple[int, str, str]],
) -> None:
    with database.writing() as session:
        row = import_locked(session, key)
        row.at, row.lines, row.found = now(), *reading
        row.unread_number += len(unread)
        row.unread = json.dumps((json.loads(row.unread) + list(unread))[:UNREAD_SHOWN])
        if judged:
            _hold_results(session, key, judged)


def _hold_results(session: Session, key: str, judged: Sequence[_Judged]) -> None:
    known = dict(known_results(session, key, {one.signed for one in judged}))
    here = _here(session, judged)
    erased = erased_among(session, {one.number[1] for one in judged})
    for one in judged:
        signed = one.signed
        if signed in known:
            known[signed].times += one.found.times
            continue
        known[signed] = ImportedResult(
            import_key=key,
            signed=signed,
            line=one.found.line,
            times=one.found.times,
            # Whoever paid may have been erased: what is imported now is held without them.
            body=impersonal(one.found.body) if one.number[1] in erased else one.found.body,
            verdict=one.verdict,
            here=signed in here,
        )
        session.add(known[signed])


def _here(session: Session, judged: Sequence[_Judged]) -> set[str]:
    """Which the desk has: the same bytes, or of a verified one the same words in other bytes."""
    verified = [one for one in judged if one.verdict is Verdict.VERIFIED]
    said = said_here(session, {one.number[1] for one in verified}) if verified else set()
    stored = stored_here(session, {sha256(one.found.body).hexdigest() for one in judged})
    return {one.signed for one in verified if one.number in said} | {
        one.signed for one in judged if sha256(one.found.body).hexdigest() in stored
    }


def _end(database: Database, key: str, state: ImportState, reading: _Progress) -> None:
    with database.writing() as session:
        row = import_locked(session, key)
        row.state, row.at, row.lines, row.found = state, now(), *reading
