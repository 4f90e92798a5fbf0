"""The chain of the audit log: each entry holds the digest of the one before it.

What is hashed is kept as it was, to the byte (`said`). Of what may be about a person it holds
commitments alone, with a salt that is kept beside them: where a person is taken out of an entry,
the salt goes with them, and the chain stays whole. A later entry says of which entries that is so,
with the digest of what is left of each: one without a salt of which none says so was altered.

Entries get their places as the last thing before their transaction commits, one writer after the
other, so that nobody waits for a place with a lock in hand.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import event, text
from sqlmodel import Session, col, select

from app.records.accounts import AuditEntry

PENDING = "audit entries without a place"
NOTHING = "0" * 64
"""What the first entry holds in place of a digest."""

PERSONAL = ("email", "subject", "detail", "remote_address")
PLACE = ("number", "digest", "said", "salt")

LOCK = 7_263_001
"""The name of our turn to write an entry, on PostgreSQL. On SQLite there is one writer anyway."""

ERASED = "audit-erased"
"""What the entry is called that says which entries lost a person: `left` of its detail."""

BATCH = 500


class Kind(StrEnum):
    """What is wrong with an entry."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF_AT_THE_BEGINNING = "cut off at the beginning"
    CUT_OFF_AT_THE_END = "cut off at the end"


@dataclass(frozen=True)
class Checkpoint:
    """Where the chain stood once: a place, and the digest that was there."""

    number: int
    digest: str


@dataclass(frozen=True)
class Report:
    """What a walk along the chain has found. `fault` and `at`: the first, and its place."""

    valid: int
    total: int
    last: Checkpoint
    fault: Kind | None = None
    at: int | None = None


def append(session: Session, entry: AuditEntry) -> None:
    """Have an entry written when this transaction commits."""
    session.info.setdefault(PENDING, []).append(entry)


@event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    if pending := session.info.pop(PENDING, None):
        place(session, pending)


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(PENDING, None)


def place(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Give entries their places at the end of the chain, and write them."""
    last = _locked_end(session)
    for entry in entries:
        last = link(entry, last)
    session.add_all(entries)


def chained(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for rows that are written without objects, as a demonstration's are."""
    last, found = _locked_end(session), []
    for row in rows:
        entry = AuditEntry(**row)
        last = link(entry, last)
        found.append({**row, **{name: getattr(entry, name) for name in PLACE}})
    return found


def link(entry: AuditEntry, last: Checkpoint) -> Checkpoint:
    """Make this the entry after `last`, and say where the chain then ends."""
    entry.number, entry.salt = last.number + 1, token_hex(16)
    entry.said = _said(entry, last.digest)
    entry.digest = _digest(entry.said)
    return Checkpoint(entry.number, entry.digest)


def end_of_chain(session: Session) -> Checkpoint:
    """Where the chain ends."""
    query = select(AuditEntry.number, AuditEntry.digest).where(col(AuditEntry.number).is_not(None))
    found = session.exec(query.order_by(col(AuditEntry.number).desc()).limit(1)).first()
    return Checkpoint(int(found[0] or 0), str(found[1])) if found else Checkpoint(0, NOTHING)


def stands(session: Session, kept: Checkpoint) -> bool:
    """Whether the chain has this place, with the digest that was there."""
    query = select(AuditEntry.digest).where(AuditEntry.number == kept.number)
    return not kept.number or session.exec(query).first() == kept.digest


def verify(session: Session, kept: Collection[Checkpoint] = ()) -> Report:
    """Walk along the whole chain. Stops at the first fault. `kept`: checkpoints from elsewhere."""
    end, walk = end_of_chain(session), _Walk()
    known = {one.number: one.digest for one in kept}
    for entry in _in_order(session):
        if fault := walk.step(entry):
            kind, at = fault if fault[0] is not Kind.REORDERED else _told_apart(session, entry)
            return Report(at - 1, end.number, end, kind, at)
        if known.get(entry.number or 0, entry.digest) != entry.digest:
            return Report(walk.last.number - 1, end.number, end, Kind.ALTERED, entry.number)
    if (altered := walk.altered) is not None:
        return Report(altered - 1, end.number, end, Kind.ALTERED, altered)
    if known and max(known) > end.number:
        return Report(end.number, end.number, end, Kind.CUT_OFF_AT_THE_END, end.number + 1)
    outside = select(AuditEntry.id).where(col(AuditEntry.number).is_(None)).limit(1)
    if session.exec(outside).first():
        return Report(end.number, end.number, end, Kind.INSERTED, None)
    return Report(end.number, end.number, end)


class _Walk:
    """One pass along the chain: where it is, and what is wrong with the next entry."""

    def __init__(self) -> None:
        self.last = Checkpoint(0, NOTHING)
        # What is left of the entries without a salt, and what later ones say of it, by number.
        self._left: dict[int, str] = {}
        self._said: dict[int, str] = {}

    @property
    def altered(self) -> int | None:
        """The first entry that lost its salt without an entry that says so."""
        return next((at for at, left in self._left.items() if self._said.get(at) != left), None)

    def step(self, entry: AuditEntry) -> tuple[Kind, int] | None:
        """What is wrong with the entry that comes next, and with which place."""
        said, at = _read(entry.said), self.last.number + 1
        if entry.number != at:
            return Kind.REMOVED if self.last.number else Kind.CUT_OFF_AT_THE_BEGINNING, at
        if said.get("number") != entry.number or said.get("id") != entry.id:
            return Kind.REORDERED, at
        if _digest(entry.said or "") != entry.digest or not _is_as_said(entry, said):
            return Kind.ALTERED, at
        if said.get("previous") != self.last.digest:
            # It remembers another one before it: that was written anew, with a digest that fits.
            return Kind.ALTERED, max(at - 1, 1)
        self.last = Checkpoint(entry.number, entry.digest)
        if entry.salt is None:
            self._left[at] = left_of(entry)
        elif entry.action == ERASED:
            self._said |= _erased_by(entry)
        return None


def _told_apart(session: Session, entry: AuditEntry) -> tuple[Kind, int]:
    """What was done where an entry stands in a place that it does not say, and where: whoever
    takes one out, or puts one in, may give those behind it new numbers."""
    said, at = _read(entry.said), entry.number or 0
    own = said.get("number")
    if not isinstance(own, int) or (own == at and said.get("id") != entry.id):
        return Kind.ALTERED, at
    if said.get("id") != entry.id:
        return Kind.INSERTED, at
    if own < at:
        # Its own place is taken, by one that fits there.
        return Kind.INSERTED, own
    is_elsewhere = col(AuditEntry.said).contains(f'"number":{at},"previous":"')
    found = session.exec(select(AuditEntry.id).where(is_elsewhere).limit(1)).first()
    return Kind.REORDERED if found else Kind.REMOVED, at


def _in_order(session: Session) -> Iterator[AuditEntry]:
    after = 0
    while True:
        query = select(AuditEntry).where(col(AuditEntry.number) > after)
        rows = session.exec(query.order_by(col(AuditEntry.number)).limit(BATCH)).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].number or after
        session.expunge_all()


def _locked_end(session: Session) -> Checkpoint:
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    return end_of_chain(session)


def _said(entry: AuditEntry, previous: str) -> str:
    """The exact text that is hashed."""
    return _written(entry, previous, {name: _commitment(entry, name) for name in PERSONAL})


def _written(entry: AuditEntry, previous: str, kept: Any) -> str:
    values = {
        "number": entry.number,
        "previous": previous,
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(),
        "action": entry.action,
        "user": entry.user_key,
        "kept": kept,
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _is_as_said(entry: AuditEntry, said: Mapping[str, Any]) -> bool:
    previous = str(said.get("previous"))
    if entry.salt is None:
        # What it said of a person cannot be known any more; the rest must be as it was.
        return _written(entry, previous, said.get("kept")) == entry.said
    return _said(entry, previous) == entry.said


def left_of(entry: AuditEntry) -> str:
    """The digest of what an entry says, which is committed to by whoever takes a person out."""
    return _digest(json.dumps([entry.number, *(getattr(entry, name) for name in PERSONAL)]))


def _erased_by(entry: AuditEntry) -> Mapping[int, str]:
    """What it says of what is left of others, by number: `12:digest 13:digest`."""
    pairs = (each.partition(":") for each in str(_read(entry.detail).get("left")).split())
    return {int(at): digest for at, _, digest in pairs if at.isdecimal()}


def _commitment(entry: AuditEntry, name: str) -> str:
    return _digest(f"{entry.salt}\0{name}\0{getattr(entry, name)}")


def _read(said: str | None) -> Mapping[str, Any]:
    try:
        values = json.loads(said or "")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _digest(said: str) -> str:
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
