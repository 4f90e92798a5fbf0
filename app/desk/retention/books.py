"""Files that were given as lists: they go after a time, and a list's verdicts stay without them."""

from __future__ import annotations

from app.clock import now
from app.desk.retention.policy import BOOKS_KEPT, BOOKS_SIZE, Step
from app.desk.retention.steps import Steps
from app.records.batch_files import files_beyond, forget_files


def sweep_books(steps: Steps) -> int:
    """Drop the files of old lists, and the oldest of too many bytes; of how many lists.

    What a case was opened from stays whole.
    """
    with steps.database.reading() as session:
        keys = files_beyond(session, now() - BOOKS_KEPT, BOOKS_SIZE)
    return steps.through(keys, forget_files, Step())
