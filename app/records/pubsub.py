"""Wake-ups between processes: whoever has processed callbacks notifies, whoever shows them looks.

PostgreSQL carries it (NOTIFY, at the commit). SQLite has none: there a look once a second must do,
and so it must behind a pooler that gives each transaction another connection, where nobody hears.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.logs import Repeated
from app.records.database import Database
from app.records.postgresql import connection_terms

CHANNEL = "netcash_callbacks"

AGAIN = 5.0
"""Seconds until a broken connection is opened again."""

STILL_THERE = 30.0
"""Seconds of silence after which the server is asked whether it is still there."""

log = logging.getLogger(__name__)


def notify(session: Session) -> None:
    """Notify the other processes once this transaction is committed."""
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


async def listen(database: Database, on_notify: Callable[[], None]) -> None:
    """Call `on_notify` whenever another process notifies, until cancelled."""
    if database.is_sqlite:
        return
    import psycopg

    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    trouble = Repeated(
        log,
        "wake-ups between processes are interrupted",
        "wake-ups between processes are back",
        outside=(psycopg.Error, TimeoutError),
        level=logging.WARNING,
    )
    terms: dict[str, Any] = {**connection_terms(database.patience), **database.engine.url.query}
    where = psycopg.conninfo.make_conninfo(url.partition("?")[0], **terms)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(where, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                trouble.worked()
                while True:
                    async for _ in connection.notifies(timeout=STILL_THERE):
                        on_notify()
                    async with asyncio.timeout(database.patience.answer):
                        await connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError) as error:
            # The feed looks once a second anyway: it is only slower meanwhile.
            trouble.failed(error)
        await asyncio.sleep(AGAIN)
