"""What is held about a person: counted by kind with where it is shown, and told as one file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlmodel import Session, select

from app.desk.audit import record_action
from app.desk.context import Actor, Desk
from app.desk.persons.kinds import FILES, KINDS, Kind
from app.desk.persons.person import Person
from app.protocol.masking import mask_answer, mask_form
from app.protocol.text import WINDOWS_31J
from app.records.cases import AttachmentContent
from app.records.encryption import EncryptedText
from app.records.exchanges import Exchange
from app.records.person_rows import rows_of
from app.redaction import redacted, redacted_values

LINKED = 8
"""So many rows of a kind are linked to where they are shown."""


@dataclass(frozen=True)
class Held:
    """How many rows of one kind tell of the person, and where the first of them are shown."""

    kind: Kind
    number: int
    addresses: Sequence[str]


def held(session: Session, person: Person) -> list[Held]:
    """What is held, kind by kind; orders first."""
    return [_held(session, kind, person) for kind in reversed(KINDS)]


def _held(session: Session, kind: Kind, person: Person) -> Held:
    keys = kind.find(session, person)
    shown = (kind.address(row) for row in rows_of(session, kind.table, keys[:LINKED]))
    return Held(kind, len(keys), list(dict.fromkeys(filter(None, shown))))


def export(desk: Desk, actor: Actor, person: Person) -> Iterator[bytes]:
    """Everything that is held as one JSON file in its canonical form (RFC 8785), row by row.

    Secrets are no part of it: they are ours, and tell of nobody.
    """
    with desk.database.writing() as session:
        for key in person.keys:
            record_action(session, actor, "person-exported", order_key=key)
    return _pieces(desk, person)


def _pieces(desk: Desk, person: Person) -> Iterator[bytes]:
    before = b"{"
    for kind in sorted(KINDS, key=lambda kind: kind.name):
        yield before + rfc8785.dumps(kind.name) + b":["
        between = b""
        # A session for each: none is open while a slow reader takes what it was given.
        with desk.database.reading() as session:
            keys = kind.find(session, person)
        for key in keys:
            with desk.database.reading() as session:
                row = session.get(kind.table, key)
                told = None if row is None else _told(session, kind, row)
            if told is not None:
                yield between + rfc8785.dumps(told)
                between = b","
        yield b"]"
        before = b","
    yield b"}"


def _told(session: Session, kind: Kind, row: Any) -> dict[str, Any]:
    columns = kind.table.__table__.columns
    open_ = [one.name for one in columns if not isinstance(one.type, EncryptedText)]
    told = {name: _plain(getattr(row, name)) for name in open_ if hasattr(row, name)}
    if isinstance(row, Exchange):
        told["request"] = mask_form(row.request)
        told["answer"] = None if row.answer is None else mask_answer(row.answer, row.request)
    told = dict(redacted_values(told))
    if kind is FILES:
        content = session.exec(select(AttachmentContent).where(AttachmentContent.id == row.id))
        told["content_base64"] = [b64encode(one.content).decode() for one in content]
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        text = value.decode(WINDOWS_31J, "replace")
        masked = redacted(text)
        return masked if masked != text else {"base64": b64encode(value).decode(), "text": text}
    return value if isinstance(value, str | int | bool) or value is None else str(value)
