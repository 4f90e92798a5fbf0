"""A note of what could not be stored, which needs no room on the disk and outlives the process."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.desk.callbacks.intake import Unstored

NOTHING = Unstored(0, None)

SIZE = 64
"""Bytes of a note. They are written when there is room, and written over from then on."""

PLACES = 64
"""How many processes of one folder can have a note at once."""


class LossFile:
    """One process's note in a folder. It holds what has been lost and is nowhere on record yet.

    Each living process has a place of its own, which a lock keeps; whoever starts takes over the
    notes of those that have ended. Where not even a first note can be written there is none, and
    what is lost is known to the process alone.
    """

    def __init__(self, folder: Path) -> None:
        self._file: int | None = None
        self.left = NOTHING
        with suppress(OSError):
            self._take_places(folder)

    def write(self, unstored: Unstored) -> None:
        """Note so much as lost; it takes no more room than the last note did."""
        if self._file is not None:
            with suppress(OSError):
                _write(self._file, unstored)

    def close(self) -> None:
        """Leave the note to whoever comes next."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take_places(self, folder: Path) -> None:
        for place in range(PLACES):
            path = folder / f"unstored.{place}"
            if self._file is not None and not path.exists():
                return
            file = _free(path)
            if file is None:
                continue
            self.left = _sum(self.left, _read(file))
            if self._file is None:
                self._file = file
            # Ours first: a note is rather read twice than never.
            _write(self._file, self.left)
            if file != self._file:
                _write(file, NOTHING)
                os.close(file)


def _free(path: Path) -> int | None:
    """The file of a place, opened and locked; None where a living process has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def _read(file: int) -> Unstored:
    number, _, last_at = os.pread(file, SIZE, 0).decode("ascii", "replace").strip().partition(" ")
    try:
        return Unstored(int(number), datetime.fromisoformat(last_at) if last_at else None)
    except ValueError:
        return NOTHING


def _write(file: int, unstored: Unstored) -> None:
    last_at = unstored.last_at.isoformat() if unstored.last_at else ""
    os.pwrite(file, f"{unstored.number} {last_at}".ljust(SIZE).encode("ascii"), 0)


def _sum(one: Unstored, other: Unstored) -> Unstored:
    last = max(filter(None, (one.last_at, other.last_at)), default=None)
    return Unstored(one.number + other.number, last)
