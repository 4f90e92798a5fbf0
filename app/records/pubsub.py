"""Wake-ups between processes: whoever has processed callbacks notifies, whoever shows them looks.

PostgreSQL carries it (NOTIFY, at the commit). SQLite has none: there a look once a second must do.
"""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import text
from sqlmodel import Session

from app.logs import Repeated
from app.records.database import Database

CHANNEL = "netcash_callbacks"

AGAIN = 5.0
"""Seconds until a broken connection is opened again."""

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
        outside=(psycopg.Error,),
        level=logging.WARNING,
    )
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                trouble.worked()
                async for _ in connection.notifies():
                    on_notify()
        except psycopg.Error as error:
            # The feed looks once a second anyway: it is only slower meanwhile.
            trouble.failed(error)
        await asyncio.sleep(AGAIN)
