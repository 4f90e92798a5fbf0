"""What the audit log keeps of sign-ins that came to nothing. A storm of them does not fill it."""

from __future__ import annotations

from contextlib import suppress

from app.clock import now
from app.desk.accounts.throttle import WINDOW, are_many
from app.desk.audit import record_action, record_stranger
from app.desk.context import Actor
from app.records.accounts import User
from app.records.audit_lists import was_recorded
from app.records.database import UNREACHABLE, Database

FAILED, THROTTLED = "sign-in-failed", "sign-in-throttled"


def note_failed(database: Database, user: User | None, remote_address: str) -> None:
    """A password was wrong, or nobody has this address. What was typed is not kept.

    Of a storm of them none is written down.
    """
    with suppress(*UNREACHABLE):
        _note(database, user, FAILED, remote_address)


def note_throttled(database: Database, user: User | None, remote_address: str) -> None:
    """Somebody has to wait: once for each address within the window."""
    with suppress(*UNREACHABLE):
        with database.reading() as session:
            if was_recorded(session, THROTTLED, remote_address, now() - WINDOW):
                return
        _note(database, user, THROTTLED, remote_address)


def _note(database: Database, user: User | None, action: str, remote_address: str) -> None:
    with database.writing() as session:
        if are_many(session):
            return
        if user is None:
            record_stranger(session, action, remote_address)
        else:
            actor = Actor(user.id, user.email, user.role, remote_address)
            record_action(session, actor, action)
