"""`import FILE`: the results in a log, kept once it has been said what they come to."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.desk.importing import Summary
    from app.records.database import Database
    from app.settings import Settings

Open = Callable[["Settings"], AbstractContextManager["Database"]]
"""Opens the database of these settings."""

TOLD_EVERY = 5.0
"""Seconds after which it is said how far it is."""

TEXT = "keep the results that stand in a log: an access log, JSON lines, CSV, HAR, mbox, or gzip"


def add_import_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    settings: Callable[[], Settings],
    opened: Open,
) -> None:
    """Have the command line know it."""
    command = commands.add_parser("import", help=TEXT, description=TEXT)
    command.add_argument("file", metavar="FILE")
    command.add_argument(
        "--dry-run", action="store_true", help="say what it comes to, keep nothing"
    )
    command.add_argument("--yes", action="store_true", help="keep it without asking")
    command.set_defaults(run=lambda chosen: _import(chosen, settings(), opened))


def _import(chosen: argparse.Namespace, settings: Settings, opened: Open) -> int:
    from app.desk.importing import begin_import, keep_in_steps, read_in_steps, summary_of
    from app.desk.importing.texts import NotReadable
    from app.records.imports import Import
    from app.records.shops import OurShops
    from app.server import say

    ours = OurShops(sandbox_on=settings.sandbox_on)
    try:
        # Closed below: what the database raises there is not the file's fault.
        file = Path(chosen.file).open("rb")  # noqa: SIM115
    except OSError as problem:
        return _fail(chosen.file, problem.strerror or "it cannot be opened")
    with file, opened(settings) as database:
        key = begin_import(database, None, Path(chosen.file).name)
        try:
            reading = read_in_steps(database, ours, key, file)
            _tell(f"{read.lines} lines read, {read.found} results" for read in reading)
        except NotReadable as problem:
            return _fail(chosen.file, str(problem))
        with database.reading() as session:
            summary = summary_of(session, session.get_one(Import, key))
        say("\n".join(_lines(summary)))
        new = summary.number - summary.here
        if not new or chosen.dry_run or not (chosen.yes or _agreed(new)):
            say("Nothing was kept.")
            return 0
        _tell(f"{kept} of {new} kept" for kept in keep_in_steps(database, ours, key, None))
        say(f"{new} results kept and judged.")
    return 0


def _fail(file: str, why: str) -> int:
    sys.stderr.write(f"{file}: {why}.\n")
    return 1


def _lines(summary: Summary) -> Iterator[str]:
    """What a file comes to."""
    row = summary.row
    yield f"{row.file_name}: {row.lines} lines, {row.found} results, {summary.number} different"
    for one in summary.counts:
        yield f"  {one.verdict}: {one.number}, of which {one.here} were here already"
    for result in summary.results:
        if result.verdict != "verified":
            yield f"  line {result.line}: {result.verdict}"
    if row.unread_number:
        yield f"Lines that look like a result and could not be read: {row.unread_number}"
    for unread in summary.unread:
        why = f"missing: {unread.missing}" if unread.missing else unread.why
        yield f"  line {unread.line}: {why}"


def _agreed(new: int) -> bool:
    """Whether whoever sits there says yes; where nobody does, whoever called has said it."""
    if not sys.stdin.isatty():
        return True
    sys.stdout.write(f"Keep {new} results? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _tell(steps: Iterator[str]) -> None:
    """Go through the steps, and say now and then how far it is."""
    told_at = time.monotonic()
    for step in steps:
        if time.monotonic() - told_at >= TOLD_EVERY:
            sys.stderr.write(f"{step}\n")
            told_at = time.monotonic()
