"""Trouble: whether it is a callback's own fault that it could not be judged."""

from __future__ import annotations

from sqlalchemy.exc import InternalError, ProgrammingError

from app.records.database import UNREACHABLE

OUTSIDE = (*UNREACHABLE, InternalError, ProgrammingError)
"""What is the fault of no callback: the database is away, read-only after a failover or without its
tables, or the disk is full. It ends, and then each can be judged."""


def told(error: Exception) -> str:
    """What is kept and shown of an error: its kind. Its words may repeat what was sent."""
    cause = getattr(error, "orig", None)
    return type(cause or error).__name__
