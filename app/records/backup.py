"""A copy of the database, taken while it is in use."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url


class CannotBackUp(Exception):
    """No copy was made. The message is one sentence."""


def back_up(url: str, target: Path) -> int:
    """Write a consistent copy to `target` (readable by us alone) and return its size in bytes.

    SQLite copies page by page beside running writers; PostgreSQL writes pg_dump's own format.
    Raises CannotBackUp; a file that is already there is never overwritten.
    """
    if target.exists():
        raise CannotBackUp(f"{target} is already there: name another file.")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise CannotBackUp(f"{target} cannot be written: {error.strerror}.") from None
    if url.startswith("sqlite"):
        _copy_sqlite(Path(make_url(url).database or ""), target)
    else:
        _dump_postgresql(url, target)
    return target.stat().st_size


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        target.unlink()
        raise CannotBackUp(f"There is no database at {source} yet.")
    original, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        original.backup(copy, pages=1000)
    finally:
        copy.close()
        original.close()


def _dump_postgresql(url: str, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        target.unlink()
        raise CannotBackUp("PostgreSQL is copied by its own pg_dump, which is not installed here.")
    # The URL may hold a password: it goes by the environment, not by the list of processes.
    parts = make_url(url)
    environment = {**os.environ, "PGPASSWORD": parts.password or ""}
    address = parts.set(drivername="postgresql", password=None).render_as_string()
    command = [program, "--format=custom", f"--file={target}", f"--dbname={address}"]
    result = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if result.returncode:
        target.unlink()
        words = result.stderr.decode(errors="replace").strip().splitlines()
        raise CannotBackUp(f"pg_dump refused: {words[0] if words else 'no reason given'}.")
