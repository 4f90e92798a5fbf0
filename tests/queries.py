"""What is asked of the database: how often, and how it goes about it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import event
from sqlmodel import Session
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


def plan_of(session: Session, question: Callable[[], object]) -> str:
    """How the database would answer the first query that this question asks."""
    connection = session.connection()
    asked: list[str] = []

    def explained(*call: object) -> tuple[str, object]:
        statement, parameters = call[2], call[3]
        cursor = call[1]
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        cursor.execute(f"{explain} {statement}", parameters)  # type: ignore[attr-defined]
        asked.extend(str(row[-1]) for row in cursor.fetchall())  # type: ignore[attr-defined]
        raise _Explained

    event.listen(connection, "before_cursor_execute", explained, retval=True)
    try:
        with suppress(_Explained):
            question()
    finally:
        event.remove(connection, "before_cursor_execute", explained)
    return "\n".join(asked)


class _Explained(Exception):
    """The plan is known; the question itself need not be asked."""
