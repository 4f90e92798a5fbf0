"""What could not be stored is put on record as soon as storing works again.

A process that cannot write can tell nobody but those who ask it. Once it can, every process shows
what was lost, until a person says what was done about it; and what it could not put on record
before its end, the next one does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.desk.callbacks import limits
from app.desk.callbacks.intake import CallbackIntake, Unstored
from app.desk.callbacks.loss_file import NOTHING, LossFile
from app.desk.context import Desk
from app.desk.periodic import wait_or_stop
from app.logs import Repeated
from app.records.database import UNREACHABLE
from app.records.dropped_callbacks import (
    UNSTORED,
    Limit,
    count_dropped,
    number_stored,
    unseen_losses,
)

log = logging.getLogger(__name__)


class LostCallbacks(NamedTuple):
    """How many callbacks were lost that nobody has seen to, and when the last was.

    `goes_on`: storing still does not work.
    """

    number: int
    last_at: datetime | None
    goes_on: bool


class StorageFailures:
    """What the intake of one process could not store. Belongs to one event loop."""

    def __init__(self, desk: Desk, intake: CallbackIntake, stopping: asyncio.Event) -> None:
        self._desk, self._intake, self._stopping = desk, intake, stopping
        folder = desk.settings.data_dir
        self._file = LossFile(folder) if folder else None
        # What processes that have ended left behind is noted together with what this one loses.
        self._left = self._file.left if self._file else NOTHING
        self._noted = 0
        self._noting = False
        self._trouble = Repeated(
            log,
            "how many callbacks were lost could not be put on record",
            "how many callbacks were lost is on record",
            outside=UNREACHABLE,
        )

    def note(self) -> None:
        """A callback was lost just now."""
        if self._file:
            self._file.write(self._unnoted())
        self.note_what_is_left()

    def note_what_is_left(self) -> None:
        """Put on record what is not yet, as soon as that works."""
        if not self._noting and self._unnoted().number:
            self._noting = True
            self._desk.tasks.spawn_for_all(self._note())

    def lost(self, session: Session) -> LostCallbacks:
        """What all processes have lost and nobody has seen to, as far as this one can know."""
        unnoted, own_last = self._unnoted()
        recorded, last_at = unseen_losses(session)
        return LostCallbacks(recorded + unnoted, own_last if unnoted else last_at, unnoted > 0)

    def _unnoted(self) -> Unstored:
        number, last_at = self._intake.unstored
        return Unstored(number - self._noted + self._left.number, last_at or self._left.last_at)

    def close(self) -> None:
        """What is not on record by now is left to the next process."""
        if self._file:
            self._file.close()

    async def _note(self) -> None:
        try:
            stopped = False
            # Once more even when told to stop: nobody else knows of them.
            while self._unnoted().number and not stopped:
                stopped = await wait_or_stop(limits.AGAIN_AFTER, self._stopping)
                await self._write()
        finally:
            self._noting = False

    async def _write(self) -> None:
        number = self._intake.unstored.number
        unnoted, last_at = self._unnoted()
        keys = list(self._intake.unstored_keys)
        try:
            await self._desk.writer.write(lambda s: _count(s, unnoted, keys, last_at))
        except SQLAlchemyError as error:
            self._trouble.failed(error)
        else:
            self._trouble.worked()
            self._noted, self._left = number, NOTHING
            del self._intake.unstored_keys[: len(keys)]
            if self._file:
                self._file.write(self._unnoted())


def _count(session: Session, number: int, keys: Sequence[str], last_at: datetime | None) -> None:
    # A COMMIT is carried out now and then though its reply is lost: those are here, and are judged.
    lost = number - number_stored(session, keys)
    if lost > 0:
        count_dropped(session, UNSTORED, Limit.STORAGE, lost, last_at)
