"""Retention: anybody can send notices, so they are kept on rolling limits of age and number."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from app.records.columns import now
from app.records.keys import first_key
from app.records.notices import drop_notices

AGE = timedelta(days=90)

NUMBER = 2_000
"""How many are kept that name an order of ours, and how many that do not: with 64 KiB each, at
most 256 MiB."""


def sweep_notices(session: Session, age: timedelta = AGE, number: int = NUMBER) -> int:
    """Drop what is beyond the limits; how many were dropped."""
    return drop_notices(session, older_than=first_key(now() - age), number=number)
