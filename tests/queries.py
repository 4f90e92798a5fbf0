"""Counting what a page asks of the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from starlette.applications import Starlette


@contextmanager
def counted_queries(app: Starlette) -> Iterator[list[str]]:
    """The statements that pages send within the block; the desk's own scheduled work is not one."""
    seen: list[str] = []

    def note(*call: object) -> None:
        # Endpoints run in Starlette's pool, scheduled work in asyncio's.
        if threading.current_thread().name.startswith("AnyIO"):
            seen.append(str(call[2]))

    engine = app.state.desk.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
