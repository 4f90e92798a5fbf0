"""`audit verify`: whether the log of who did what is whole, and what that rests on."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli_people import Commands, DeedFailed, Run

if TYPE_CHECKING:
    from app.records.audit_chain import Checkpoint
    from app.records.database import Database
    from app.settings import Settings

VERIFY = "look whether the audit log is whole, alone or against checkpoints kept elsewhere"


def add_audit_commands(
    commands: Commands, group: Callable[[Commands, str, str], Commands], run: Run
) -> None:
    """The commands below `audit`."""
    audit = group(commands, "audit", "who did what")
    verify = audit.add_parser("verify", help=VERIFY, description=VERIFY)
    verify.set_defaults(run=run(audit_verify))
    verify.add_argument("word", metavar="CHECKPOINT", nargs="?", help="one checkpoint")
    verify.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="a file that holds checkpoints: a log, what lies beside a backup, a mail of the day",
    )


def audit_verify(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """Whether the audit log is whole: how far, and what the first fault is."""
    from app.records.audit_chain import verify
    from app.records.audit_checkpoints import checkpoint_text

    kept = _kept(database, chosen)
    with database.reading() as session:
        report = verify(session, kept)
    yield f"entries 1 to {report.total}: {report.valid} of {report.total} valid"
    if report.fault:
        where = f"entry {report.at}" if report.at else "an entry without a place in the chain"
        raise DeedFailed(f"The audit log is not whole: {where} was {report.fault}.")
    if kept:
        agree = f", of {len(kept)} that all agree" if len(kept) > 1 else ""
        yield f"it rests on the checkpoint at entry {kept[-1].number}, kept elsewhere{agree}"
    else:
        yield "it rests on itself alone: whoever holds the database could have written it anew"
    yield f"checkpoint to keep elsewhere: {checkpoint_text(database)}"


def _kept(database: Database, chosen: argparse.Namespace) -> list[Checkpoint]:
    """The checkpoints that were given. Raises DeedFailed where none of them is this desk's."""
    from app.records.audit_checkpoints import ours_among, words_in

    data = (chosen.word or "").encode()
    if chosen.checkpoint:
        try:
            data += b"\n" + Path(chosen.checkpoint).read_bytes()
        except OSError as error:
            raise DeedFailed(f"{chosen.checkpoint} cannot be read: {error.strerror}.") from None
    elif not data:
        return []
    ours = ours_among(database, words_in(data))
    if not ours:
        raise DeedFailed("There is no checkpoint in it that this desk has signed with its key.")
    return ours
