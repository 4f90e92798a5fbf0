"""What all the workers of a run share: a migrated SQLite file and one PostgreSQL, made while they
collect their tests."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from app.records.database import Database, sqlite_url
from app.records.schema import upgrade
from tests.postgresql import fresh_database, running_postgresql
from tests.waiting import until

BLANK = "blank"
"""The database that is migrated and empty: others are copied from it."""

TOLD, SQLITE = "postgresql", "blank.db"
"""The file that tells the server's URL, and the blank one of SQLite."""

_numbers = count(1)


@contextmanager
def migrated_postgresql() -> Iterator[str]:
    """A server of its own with a migrated database; the URL of its maintenance database."""
    with running_postgresql() as url:
        _migrate(fresh_database(url, BLANK))
        yield url


def migrated_sqlite(folder: Path) -> Path:
    """A migrated, empty SQLite file in this folder. It appears whole or not at all."""
    draft = folder / "unfinished.db"
    _migrate(sqlite_url(draft))
    return draft.rename(folder / SQLITE)


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


def new_name() -> str:
    """A name that no database of this run has, whichever worker asks."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"


class Shared:
    """What whoever begins the workers has for them: a `folder`, and a server whose URL is told
    in it."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="netcash-shared-"))
        self._told = self.folder / TOLD
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """When no worker is left."""
        self._over.set()
        self._thread.join()
        shutil.rmtree(self.folder)

    def _run(self) -> None:
        migrated_sqlite(self.folder)
        try:
            with migrated_postgresql() as url:
                self._tell(url)
                self._over.wait()
        except RuntimeError as error:
            self._tell(str(error))

    def _tell(self, words: str) -> None:
        unfinished = self._told.with_suffix(".new")
        unfinished.write_text(words)
        unfinished.rename(self._told)


def told_in(folder: str) -> str:
    """The URL of the shared server, as soon as it is there."""
    return _as_soon_as_there(folder, TOLD).read_text()


def blank_in(folder: str) -> Path:
    """The blank SQLite file, as soon as it is there."""
    return _as_soon_as_there(folder, SQLITE)


def _as_soon_as_there(folder: str, name: str) -> Path:
    path = Path(folder) / name
    until(path.exists)
    return path
