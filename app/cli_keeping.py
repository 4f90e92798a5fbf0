"""`backup`, `check` and `recount`: a copy of everything, whether all is there, and sums anew."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings

BACKUP = "copy the database to a file while it is in use"
CHECK = "look whether the database is whole and the key opens it"
RECOUNT = "forget the sums kept by the hour and have the desk count the orders anew"


def add_keeping_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    settings: Callable[[], Settings],
) -> None:
    """Have the command line know them."""
    backup = commands.add_parser("backup", help=BACKUP, description=BACKUP)
    backup.add_argument("file", metavar="FILE")
    backup.set_defaults(run=lambda chosen: _backup(Path(chosen.file), settings()))
    check = commands.add_parser("check", help=CHECK, description=CHECK)
    check.set_defaults(run=lambda _: _check(settings()))
    recount = commands.add_parser("recount", help=RECOUNT, description=RECOUNT)
    recount.set_defaults(run=lambda _: _recount(settings()))


def _backup(target: Path, settings: Settings) -> int:
    from app.records.backup import back_up
    from app.records.heartbeats import note_backup
    from app.server import say

    size = back_up(settings.resolved_database_url, target)
    note_backup(settings.resolved_database_url)
    say(f"{target}: {size} bytes. Keep SECRET_KEY with it: without it no password opens.")
    say(_checkpoint_beside(target, settings))
    return 0


def _checkpoint_beside(target: Path, settings: Settings) -> str:
    """Write down where the audit log ended, and say so. The copy is made, whatever becomes of it:
    a key that is lost, or a database of an earlier version, keeps nobody from a backup."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.data_folder import PRIVATE_FILE
    from app.records.audit_checkpoints import checkpoint_text
    from app.records.database import Database
    from app.records.encryption import DecryptionFailed, set_key
    from app.settings import SettingsError

    beside = target.with_name(f"{target.name}.checkpoint")
    try:
        set_key(settings.resolved_secret_key, settings.older_secret_key)
        with closing(Database(settings.resolved_database_url)) as database:
            text = checkpoint_text(database)
        if not text:
            return "The audit log has no entry yet."
        beside.touch(PRIVATE_FILE)
        beside.write_text(f"{text}\n", "ascii")
    except (SQLAlchemyError, DecryptionFailed, SettingsError, OSError) as problem:
        return f"No checkpoint of the audit log was written beside it ({type(problem).__name__})."
    return f"{beside}: where the audit log ended. Keep it in another place than this machine."


def _check(settings: Settings) -> int:
    from app.check import check
    from app.server import say

    for line in check(settings):
        say(line)
    return 0


def _recount(settings: Settings) -> int:
    from app.records.integrity import open_checked
    from app.records.order_hours import count_anew
    from app.server import say

    with (
        closing(open_checked(settings.resolved_database_url)) as database,
        database.writing() as session,
    ):
        orders = count_anew(session)
    say(f"{orders} orders are counted anew, as they are filed, from the next start on.")
    return 0
