"""A copy of the database, taken while it is in use, and given its name only when it is whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess  # nosec B404 # for pg_dump
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from app.data_folder import PRIVATE_FILE, sync_folder
from app.records.integrity import Unusable, look_for_damage


class CannotBackUp(Exception):
    """No copy was made, and none is left. The message is one sentence."""


def back_up(url: str, target: Path) -> int:
    """Write a consistent copy to `target` (readable by us alone) and return its size in bytes.

    SQLite copies its pages beside running writers; PostgreSQL writes pg_dump's own format.
    Raises CannotBackUp; a file that is already there is never overwritten.
    """
    if target.exists():
        raise CannotBackUp(f"{target} is already there: name another file.")
    with _draft_of(target) as draft:
        if url.startswith("sqlite"):
            _copy_sqlite(Path(make_url(url).database or ""), draft)
        else:
            _dump_postgresql(url, draft)
        return draft.stat().st_size


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its name at the end, or is gone."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE))
        yield draft
        _sync(draft)
        draft.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise CannotBackUp(f"{target} cannot be written: {error.strerror}.") from None
    finally:
        for path in (draft, *draft.parent.glob(f"{draft.name}-*")):
            path.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _copy_sqlite(source: Path, draft: Path) -> None:
    if not source.exists():
        raise CannotBackUp(f"There is no database at {source} yet.")
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(draft)) as copy:
            # In one step: a copy in several begins anew whenever somebody else has written.
            original.backup(copy, pages=-1)
        look_for_damage(draft)
    except sqlite3.OperationalError as error:
        raise CannotBackUp(f"The copy cannot be written: {error}.") from None
    except (sqlite3.DatabaseError, Unusable):
        raise CannotBackUp(
            f"{source} is damaged, and so would be its copy: keep the backups you have,"
            " and restore the last one."
        ) from None


def _dump_postgresql(url: str, draft: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotBackUp(
            "PostgreSQL is copied by its own pg_dump, which is not installed here:"
            " install PostgreSQL's client programs, or run pg_dump on the server."
        )
    # The URL may hold a password: it goes by the environment, not by the list of processes.
    parts = make_url(url)
    environment = {**os.environ, "PGPASSWORD": parts.password or ""}
    address = parts.set(drivername="postgresql", password=None).render_as_string()
    command = [program, "--format=custom", f"--file={draft}", f"--dbname={address}"]
    result = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603  # nosec B603 # no shell; the arguments are ours
    if result.returncode:
        words = result.stderr.decode(errors="replace").strip().splitlines()
        raise CannotBackUp(f"pg_dump refused: {words[0] if words else 'no reason given'}.")
