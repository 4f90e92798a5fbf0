"""What a file comes to, before anything of it is kept and after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.clock import now
from app.records.imports import (
    Counted,
    Import,
    ImportedResult,
    ImportState,
    counts_of,
    results_shown,
)

SHOWN = 100
"""Results of a file that are listed; all are counted."""

SILENT_FOR = timedelta(minutes=2)
"""Whoever reads or keeps a file is heard of every second; behind this it has ended."""

UNDER_WAY = (ImportState.READING, ImportState.KEEPING)


@dataclass(frozen=True)
class Unreadable:
    """A line that looks like a result and is none, why, and what is missing."""

    line: int
    why: str
    missing: str


@dataclass(frozen=True)
class Summary:
    """An import and all that is said of it. `counts` are of what is not kept yet."""

    row: Import
    counts: Sequence[Counted]
    results: Sequence[ImportedResult]
    unread: Sequence[Unreadable]

    @property
    def number(self) -> int:
        """Different results that are held apart."""
        return sum(one.number for one in self.counts)

    @property
    def here(self) -> int:
        """How many of them the desk had before."""
        return sum(one.here for one in self.counts)

    @property
    def repeats(self) -> int:
        """How often the file told again what it had told."""
        return max(0, self.row.found - self.number - self.row.kept)

    @property
    def is_broken_off(self) -> bool:
        """Whether the process that worked on it has ended before it was done."""
        return self.row.state in UNDER_WAY and now() - self.row.at > SILENT_FOR


def summary_of(session: Session, row: Import) -> Summary:
    """What an import comes to so far."""
    return Summary(
        row,
        counts_of(session, row.id),
        results_shown(session, row.id, SHOWN),
        [Unreadable(*one) for one in json.loads(row.unread)],
    )
