"""Erasing: a person is taken out of everything held, and what is evidence of money stays.

First the orders are marked, under their locks: from then on whatever comes about them is kept
without the person. Then every kind of row is written anew, some at a time, and the orders' own
fields last. A process that dies at it leaves the orders to be found by the same words, so the same
deed goes on where it ended.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission, demand
from app.desk.persons.kinds import AUDIT, FILES, KINDS, ORDERS, Kind
from app.desk.persons.person import Person, person_of
from app.desk.persons.refusals import refusal
from app.desk.validation_errors import ValidationErrors
from app.protocol.words import N_, Words
from app.records.accounts import AuditEntry
from app.records.audit_chain import ERASED, append, left_of
from app.records.cases import AttachmentContent, AttachmentPreview
from app.records.database import Database
from app.records.erasures import REASON_LENGTH, Erasure, mark_erased
from app.records.order_search import file_now
from app.records.orders import Order
from app.records.person_rows import rows_of
from app.records.residue import clear_residue

AT_ONCE = 40
"""Rows in a transaction: results go on being stored between two."""

NO_REASON = N_("Say why, in at most 200 characters: it stands in the audit log.")
NAMED_IN_REASON = N_("The reason stays. Say it without the person.")
NOT_CONFIRMED = N_("Tick that it is meant: nothing brings it back.")
NOBODY = N_("Choose at least one order.")


class CannotErase(ValidationErrors):
    """It is refused, by field; `orders`: of an order, by its key."""


def erase(
    desk: Desk,
    actor: Actor,
    order_keys: Collection[str],
    words: Collection[str],
    reason: str,
    *,
    confirmed: bool,
) -> Erasure:
    """Take a person out of what is held. Raises CannotErase, NotPermitted and FactorNeeded."""
    with desk.database.reading() as session:
        person = person_of(session, order_keys, words)
    _check(person, reason.strip(), confirmed=confirmed)
    for order in person.orders:
        demand(actor, Permission.ERASE, order.environment)
    erasure = _begin(desk.database, actor, person, reason.strip())
    counts = {kind.name: _erase_kind(desk.database, actor, erasure, kind, person) for kind in KINDS}
    with desk.database.writing() as session:
        ended = session.get_one(Erasure, erasure.id)
        ended.counts = json.dumps({name: number for name, number in counts.items() if number})
        ended.ended_at = now()
    clear_residue(desk.database)
    return ended


def _check(person: Person, reason: str, *, confirmed: bool) -> None:
    problems: dict[str, Words] = {}
    if not person.orders:
        problems["order"] = NOBODY
    if not 0 < len(reason) <= REASON_LENGTH:
        problems["reason"] = NO_REASON
    elif person.words.out_of(reason) != reason:
        problems["reason"] = NAMED_IN_REASON
    if not confirmed:
        problems["confirmed"] = NOT_CONFIRMED
    if problems:
        raise CannotErase(problems)


def _begin(database: Database, actor: Actor, person: Person, reason: str) -> Erasure:
    """Mark the orders, unless one of them may still be paid or looked into."""
    with database.writing() as session:
        locked = select(Order).where(col(Order.id).in_(person.keys)).order_by(col(Order.id))
        orders = session.exec(locked.with_for_update(key_share=True)).all()
        found = {order.id: refusal(session, order) for order in orders}
        refused = {key: words for key, words in found.items() if words is not None}
        if refused:
            raise CannotErase(refused)
        erasure = Erasure(user_key=actor.user_key, email=actor.email, reason=reason)
        session.add(erasure)
        for order in orders:
            order.erased_at = order.erased_at or now()
            record_action(
                session,
                actor,
                "person-erased",
                order_key=order.id,
                subject=order.order_id,
                reason=reason,
            )
        return erasure


def _erase_kind(
    database: Database, actor: Actor, erasure: Erasure, kind: Kind, person: Person
) -> int:
    """How many rows of this kind told of the person."""
    with database.reading() as session:
        keys = kind.find(session, person)
    written = 0
    for start in range(0, len(keys), AT_ONCE):
        with database.writing() as session:
            some = keys[start : start + AT_ONCE]
            changed = _changes(session, kind, person, some)
            _write(session, kind, changed, some)
            if kind is AUDIT:
                _say_what_is_left(session, actor, erasure, list(changed))
            mark_erased(session, erasure.id, some if kind.is_deleted else list(changed))
            written += len(some) if kind.is_deleted else len(changed)
    return written


def _changes(
    session: Session, kind: Kind, person: Person, keys: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """What changes of these rows, by their keys."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows_of(session, kind.table, keys):
        after = kind.without(row, person)
        differs = any(getattr(row, name) != value for name, value in after.items())
        if differs or kind is FILES:
            found[row.id] = after  # type: ignore[attr-defined]
    return found


def _write(
    session: Session,
    kind: Kind,
    changed: Mapping[str, Mapping[str, Any]],
    keys: Sequence[str],
) -> None:
    connection = session.connection()
    if kind.is_deleted:
        connection.execute(delete(kind.table).where(kind.table.id.in_(keys)))
    more = {"salt": None} if kind is AUDIT else {}
    for key, values in changed.items():
        connection.execute(update(kind.table).where(kind.table.id == key).values(**values, **more))
        if kind is ORDERS:
            file_now(session, key)
    if kind is FILES:
        _empty_files(session, list(changed))


def _empty_files(session: Session, keys: Sequence[str]) -> None:
    """Size and SHA-256 stay: whoever has the file can show that it was this one."""
    connection = session.connection()
    emptied = update(AttachmentContent).where(col(AttachmentContent.id).in_(keys))
    connection.execute(emptied.values(content=b""))
    connection.execute(delete(AttachmentPreview).where(col(AttachmentPreview.id).in_(keys)))


def _say_what_is_left(
    session: Session, actor: Actor, erasure: Erasure, keys: Sequence[str]
) -> None:
    """In an entry of its own, so that the chain holds what is left of those that lost a person."""
    if not keys:
        return
    entries = session.exec(select(AuditEntry).where(col(AuditEntry.id).in_(keys))).all()
    left = " ".join(f"{entry.number}:{left_of(entry)}" for entry in entries)
    said = AuditEntry(
        user_key=actor.user_key,
        email=actor.email,
        action=ERASED,
        detail=json.dumps({"entries": len(entries), "erasure": erasure.id, "left": left}),
        remote_address=actor.remote_address,
    )
    append(session, said)
