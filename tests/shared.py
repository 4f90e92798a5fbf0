"""What all the workers of a run share: one PostgreSQL, started while they collect their tests."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from app.records.database import Database
from app.records.schema import upgrade
from tests.postgresql import fresh_database, running_postgresql
from tests.waiting import until

BLANK = "blank"
"""The database that is migrated and empty: others are copied from it."""

_numbers = count(1)


@contextmanager
def migrated_postgresql() -> Iterator[str]:
    """A server of its own with a migrated database; the URL of its maintenance database."""
    with running_postgresql() as url:
        database = Database(fresh_database(url, BLANK))
        upgrade(database)
        database.close()
        yield url


def new_name() -> str:
    """A name that no database of this run has, whichever worker asks."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"


class SharedServer:
    """The server that whoever begins the workers runs for them. They find its URL in `told`."""

    def __init__(self) -> None:
        self.told = Path(mkdtemp(prefix="netcash-shared-")) / "postgresql"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """When no worker is left."""
        self._over.set()
        self._thread.join()
        self.told.unlink(missing_ok=True)
        self.told.parent.rmdir()

    def _run(self) -> None:
        try:
            with migrated_postgresql() as url:
                self._tell(url)
                self._over.wait()
        except RuntimeError as error:
            self._tell(str(error))

    def _tell(self, words: str) -> None:
        unfinished = self.told.with_suffix(".new")
        unfinished.write_text(words)
        unfinished.rename(self.told)


def told_at(place: str) -> str:
    """The URL of the shared server, as soon as it is there."""
    path = Path(place)
    until(path.exists)
    return path.read_text()
