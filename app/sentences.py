"""Errors that are the surroundings' fault, not ours, each in one sentence that says what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DatabaseError, OperationalError

from app.records.backup import CannotBackUp
from app.records.encryption import DecryptionFailed
from app.records.integrity import RESTORE, Unusable
from app.redaction import redacted
from app.sandbox.store.schema import StoreUnusable
from app.server import CannotListen


def in_a_sentence(error: Exception) -> str | None:
    """What a person can do about it; None where it is a fault of the program."""
    sentence = _sentence(error)
    return sentence and redacted(sentence)


def _sentence(error: Exception) -> str | None:
    if isinstance(error, CannotListen | CannotBackUp | Unusable | StoreUnusable):
        return str(error)
    if isinstance(error, OperationalError):
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        return f"DATABASE_URL cannot be used: {reason}"
    if isinstance(error, DatabaseError) and isinstance(error.orig, sqlite3.DatabaseError):
        return f"The database is damaged ({error.orig}): {RESTORE}"
    if isinstance(error, DecryptionFailed):
        return f"SECRET_KEY is not the one in use: {error}."
    return None
