"""Limits: how much is kept of what anybody can send."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limits:
    """How long, and how many of each kind: unverified callbacks by verdict, notices apart."""

    age: timedelta
    number: int
