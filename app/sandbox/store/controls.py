"""What an operator can turn: the sandbox's clock, and a fault for the next call.

Kept in the store, so that they survive a restart and hold for every process on it. Read often
and turned rarely: a reader believes what it last read for up to a second.
"""

import sqlite3
import time
from datetime import UTC, datetime
from typing import Final

from app.protocol.messages import Call
from app.sandbox.scenarios.faults import Fault

RELOAD_SECONDS: Final = 1.0

# Ten years, in milliseconds: far beyond any term, and long before the protocol's dates run out.
FURTHEST: Final = 10 * 366 * 24 * 60 * 60_000

_CLOCK: Final = "clock"


class Controls:
    """The controls of one store. Used from the store's thread only."""

    def __init__(self) -> None:
        self._offset = 0
        self._faulty = False
        self._reload_at = 0.0

    def now(self, connection: sqlite3.Connection) -> int:
        """The sandbox's time in milliseconds since 1970, UTC."""
        self._keep_fresh(connection)
        return time.time_ns() // 1_000_000 + self._offset

    def forward(self, connection: sqlite3.Connection, milliseconds: int) -> int | None:
        """Move the clock forward; how far it is now ahead of real time, in milliseconds.

        None, and nothing is moved, where that would be beyond FURTHEST. A clock is never moved
        back: the times of a trade only grow.
        """
        offset = clock_offset(connection) + max(0, milliseconds)
        if offset > FURTHEST:
            return None
        connection.execute(
            "insert or replace into setting (name, value) values (?, ?)", (_CLOCK, str(offset))
        )
        self._reload_at = 0.0
        return offset

    def take_fault(self, connection: sqlite3.Connection, call: Call) -> Fault | None:
        """The fault that was waiting for this call; it hits once."""
        self._keep_fresh(connection)
        if not self._faulty:
            return None
        taken = connection.execute(
            "delete from next_fault where id = "
            "(select min(id) from next_fault where call = ?) returning fault",
            (call.value,),
        ).fetchone()
        if taken is None:
            return None
        self._reload_at = 0.0
        return Fault(taken[0])

    def add_fault(self, connection: sqlite3.Connection, call: Call, fault: Fault) -> None:
        """Let `fault` hit the next `call`, or the one after those that are waiting already."""
        connection.execute(
            "insert into next_fault (call, fault) values (?, ?)", (call.value, fault.value)
        )
        self._reload_at = 0.0

    def forget_faults(self, connection: sqlite3.Connection) -> None:
        """Let no fault wait any longer."""
        connection.execute("delete from next_fault")
        self._reload_at = 0.0

    def reset(self, connection: sqlite3.Connection) -> None:
        """Real time again, and no fault in waiting."""
        connection.execute("delete from setting where name = ?", (_CLOCK,))
        self.forget_faults(connection)

    def _keep_fresh(self, connection: sqlite3.Connection) -> None:
        if time.monotonic() < self._reload_at:
            return
        self._offset = clock_offset(connection)
        self._faulty = bool(waiting_faults(connection))
        self._reload_at = time.monotonic() + RELOAD_SECONDS


def clock_offset(connection: sqlite3.Connection) -> int:
    """How far the sandbox's clock is ahead of real time, in milliseconds."""
    row = connection.execute("select value from setting where name = ?", (_CLOCK,)).fetchone()
    return int(row[0]) if row else 0


def waiting_faults(connection: sqlite3.Connection) -> list[tuple[Call, Fault]]:
    """The faults that wait for a call, in the order in which they will hit."""
    rows = connection.execute("select call, fault from next_fault order by id")
    return [(Call(call), Fault(fault)) for call, fault in rows]


def moment(milliseconds: int) -> datetime:
    """An instant of the store as an aware datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
