"""How much work SQLite has with something, counted in steps of its machine: no clock is asked."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session


def steps(session: Session, work: Callable[[Session], object]) -> int:
    """How many steps it takes."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    driver = session.connection().connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(count, 1)
    try:
        work(session)
        session.flush()
    finally:
        driver.set_progress_handler(None, 0)
    return taken
