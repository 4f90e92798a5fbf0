"""The disk of a SQLite file has a floor: below it what nobody has signed is kept in short."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlmodel import Session

from app.desk.retention.policy import FREE_FLOOR, KEPT_OF_A_BODY, MIB, Step
from app.desk.retention.steps import Steps
from app.records.droppable import cut_off, longer_than

log = logging.getLogger(__name__)

FOUND_AT_ONCE = 500
"""How many long bodies are looked for at once."""


def free_bytes(folder: Path) -> int:
    """How much room is left there."""
    return shutil.disk_usage(folder).free


def cut_bodies(steps: Steps, free: Callable[[Path], int] = free_bytes) -> int:
    """Cut long unverified bodies while there is little room; how many.

    The room that this frees is used again by what arrives: the file stays as long as it is. Of a
    database elsewhere we cannot know the disk, and cut nothing.
    """
    file = steps.database.file
    if file is None or free(file.parent) >= FREE_FLOOR:
        return 0
    step, cut, after = Step(), 0, ""
    while not steps.stopped() and (keys := _next(steps, after)):
        after = keys[-1]
        cut += steps.through(keys, _cut, step)
    if cut:
        log.warning("less than %s MiB are free: %s unverified bodies cut", FREE_FLOOR // MIB, cut)
    return cut


def _next(steps: Steps, after: str) -> Sequence[str]:
    with steps.database.reading() as session:
        return longer_than(session, KEPT_OF_A_BODY, after, FOUND_AT_ONCE)


def _cut(session: Session, keys: Sequence[str]) -> int:
    return cut_off(session, keys, KEPT_OF_A_BODY)
