"""PostgreSQL as it fails in earnest: away, silent, read-only after a failover, or used up.

Nothing waits for it without end, neither in the server nor here: a network that swallows packets,
or a server that is stopped, answers no time-out of its own. No setting lives in a connection: each
transaction brings its own, so that a pooler may hand every transaction another connection.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from sqlalchemy.engine import ExceptionContext

T = TypeVar("T")

IN_VAIN = 1.0
"""Seconds for which nobody tries again after a wait in vain."""

PREPARED_AFTER = 5
"""Times that a statement is parsed and planned anew. For callbacks in a rush that would be half of
the server's work."""

GONE = ("25006", "25P03")
"""The error codes of a server that takes no writes, for it has become a standby; and of a
transaction that it has ended because nothing was said in it for too long."""


@dataclass(frozen=True)
class Patience:
    """How many seconds PostgreSQL is waited for.

    `connect`: for a connection (libpq knows no less than 2). `free`: for one of the pool. `lock`
    and `statement`: what the server allows itself. `answer`: for any answer, when the server keeps
    none of its promises. `ping`: for the answer of a connection that has been idle. The first wait
    in vain ends what was asked. Waits that nearly fail may add up to more than the ten seconds in
    which a customer gets an answer: that is kept by the writer (`group_writer.ANSWER_SECONDS`).
    """

    connect: int = 3
    free: float = 2.0
    lock: float = 3.0
    statement: float = 5.0
    answer: float = 6.0
    ping: float = 2.0
    idle: float = 10.0


def usual_patience() -> Patience:
    """What holds where nobody says otherwise."""
    return Patience()


def postgresql_engine(url: str, patience: Patience) -> Engine:
    """An engine whose every wait has an end. A transaction with the execution option `unhurried`
    may take its time: a migration's."""
    engine = create_engine(
        postgresql_url(url),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        pool_timeout=patience.free,
        # A fault that is logged names its statement, never what was in it.
        hide_parameters=True,
    )
    event.listen(engine, "do_connect", _Connecting(patience))
    event.listen(engine, "begin", partial(_begin, patience))
    event.listen(engine, "checkin", partial(_checked_in, patience))
    event.listen(engine, "handle_error", _fail)
    return engine


def connection_terms(patience: Patience) -> Mapping[str, str | int]:
    """What every connection asks for; what stands in DATABASE_URL comes before it."""
    return {
        "connect_timeout": patience.connect,
        # A server that has lost its power acknowledges nothing.
        "tcp_user_timeout": int(patience.answer * 1000),
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        # Of several hosts the one that takes writes; after a failover that is another one.
        "target_session_attrs": "read-write",
        "application_name": "netcash-desk",
    }


def postgresql_url(url: str) -> str:
    """The SQLAlchemy address of a PostgreSQL URL in any of its usual spellings."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}"


class _Connecting:
    """Opens connections. Who has just waited for one in vain waits for all: others who come within
    the next second are told at once, so that nobody queues behind those who wait."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._in_vain_at = -IN_VAIN

    def __call__(self, dialect: Any, record: Any, arguments: Any, wanted: dict[str, Any]) -> Any:
        import psycopg

        del dialect, record
        if time.monotonic() - self._in_vain_at < IN_VAIN:
            raise psycopg.OperationalError("the server gave no answer a moment ago")
        terms = {**connection_terms(self._patience), **wanted}
        # BEGIN is ours (`_begin`).
        kept = {"prepare_threshold": None, "autocommit": True}
        try:
            connection = _connection_class().connect(*arguments, **kept, **terms)
        except psycopg.errors.ConnectionTimeout:
            self._waited_in_vain()
            raise
        connection.answer_seconds = self._patience.ping
        connection.on_silence = self._waited_in_vain
        if _is_direct(connection):
            connection.prepare_threshold = PREPARED_AFTER
        return connection

    def _waited_in_vain(self) -> None:
        self._in_vain_at = time.monotonic()


def _is_direct(connection: Any) -> bool:
    """Whether the server itself is at the other end. A pooler makes up the process that it says it
    is, and in transaction mode it may know no prepared statements: the next transaction may meet
    another process, which has never heard of them."""
    at_work = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(at_work == (connection.info.backend_pid,))


def _begin(patience: Patience, connection: Connection) -> None:
    """Begin the transaction and bound it, in one message."""
    driver: Any = connection.connection.driver_connection
    unhurried = connection.get_execution_options().get("unhurried", False)
    driver.answer_seconds = None if unhurried else patience.answer
    connection.exec_driver_sql("BEGIN" if unhurried else _bounded(patience))


def begin_bounded(patience: Patience, driver: Any) -> None:
    """The same on a connection of the driver's."""
    driver.answer_seconds = patience.answer
    driver.execute(_bounded(patience))


@cache
def _bounded(patience: Patience) -> str:
    return (
        "BEGIN"
        f"; SET LOCAL lock_timeout = {patience.lock * 1000:.0f}"
        f"; SET LOCAL statement_timeout = {patience.statement * 1000:.0f}"
        f"; SET LOCAL idle_in_transaction_session_timeout = {patience.idle * 1000:.0f}"
    )


def _checked_in(patience: Patience, connection: Any, record: Any) -> None:
    del record
    if connection is not None:
        connection.answer_seconds = patience.ping


def _fail(context: ExceptionContext) -> None:
    """A server that takes no writes any more is away: the next connection finds another."""
    cause = context.original_exception
    if not is_gone(cause):
        return
    context.is_disconnect = True
    raise OperationalError(
        context.statement, None, cause, hide_parameters=True, connection_invalidated=True
    ) from cause


def is_gone(error: BaseException) -> bool:
    """Whether a server says by this error that it is of no more use to whoever writes."""
    return getattr(error, "sqlstate", None) in GONE


@cache
def _connection_class() -> Any:
    """psycopg's connection with an end to every wait. Made late: its import takes a while."""
    import psycopg

    class DeskConnection(psycopg.Connection[Any]):
        answer_seconds: float | None = None
        on_silence: Callable[[], None]

        def wait(
            self,
            gen: Generator[Any, Any, T],
            interval: float = 0.1,
            timeout: float | None = None,
        ) -> T:
            if timeout is not None or self.answer_seconds is None:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, self.answer_seconds)
            except psycopg.errors._WaitTimeout:  # noqa: SLF001 (the only name it has)
                # What was asked may still be carried out: nobody may use this connection again.
                self.close()
                self.on_silence()
                raise psycopg.OperationalError("the server gives no answer") from None

    return DeskConnection
