"""What may befall a process's database, statement by statement, as its driver would say it."""

from __future__ import annotations

import random
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from app.records.database import Database

STORM = 0.03
"""How often a statement fails in a storm."""


class Sky(Enum):
    """How the way to the database is."""

    CLEAR = auto()
    # Now and then a statement fails.
    STORM = auto()
    # Nothing gets through.
    NIGHT = auto()
    # What is committed is carried out, and its reply lost.
    ECHOLESS = auto()


class Weather:
    """The weather over one process's way to its database. Change `sky` at any time."""

    def __init__(self, database: Database, dice: random.Random) -> None:
        self.sky = Sky.CLEAR
        self._dice = dice
        event.listen(database.engine, "before_cursor_execute", self._before)
        event.listen(database.engine, "commit", self._commit)

    def _before(self, connection: Connection, *_: Any) -> None:
        del connection
        storm = self.sky is Sky.STORM and self._dice.random() < STORM
        if storm or self.sky is Sky.NIGHT:
            raise _lost()

    def _commit(self, connection: Connection) -> None:
        if self.sky is Sky.ECHOLESS:
            driver = connection.connection.driver_connection
            assert driver
            driver.commit()
            raise _lost()


def _lost() -> OperationalError:
    return OperationalError(None, None, ConnectionError("the database does not answer"))
