"""The commands about people: an incident can be handled on the machine alone.

Each deed takes the database, the settings and what was chosen, and gives the lines to show.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from app.records.database import Database
    from app.settings import Settings

Deed = Callable[["Database", "Settings", argparse.Namespace], Iterable[str]]

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
Run = Callable[[Deed], Callable[[argparse.Namespace], int]]

ROLES = ("viewer", "operator", "approver", "admin")


class DeedFailed(Exception):
    """It did not work. The message is the sentence to show."""


def add(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """A user whose password comes on standard input."""
    from app.desk.accounts.users import add_user

    password = sys.stdin.readline().rstrip("\r\n")
    user = add_user(database, chosen.email, password, chosen.role)
    yield f"{user.email} may now sign in as {user.role}"


def list_all(database: Database, _: Settings, __: argparse.Namespace) -> Iterable[str]:
    """Everybody, a line each."""
    from app.records.accounts import all_users

    with database.reading() as session:
        for user in all_users(session):
            state = "disabled" if user.disabled_at else "enabled"
            factor = "second factor" if user.factor_since else "no second factor"
            yield f"{user.email}\t{user.role}\t{state}\t{factor}"


def role(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """Another role for somebody."""
    from app.desk.accounts.people import set_role

    user = set_role(database, None, _key(database, chosen.email), chosen.role)
    yield f"{user.email} is now {user.role}"


def disable(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """Let somebody in no more."""
    from app.desk.accounts import people

    user = people.disable(database, None, _key(database, chosen.email))
    yield f"{user.email} is disabled and signed out everywhere"


def enable(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """Let somebody in again."""
    from app.desk.accounts import people

    user = people.enable(database, None, _key(database, chosen.email))
    yield f"{user.email} may sign in again"


def link(database: Database, settings: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """One one-time sign-in link."""
    from app.desk.accounts.people import new_link

    _, path = new_link(database, None, _key(database, chosen.email))
    yield settings.base_url + path


def sign_out(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """End every sign-in of somebody."""
    from app.desk.accounts.people import sign_out_everywhere

    user = sign_out_everywhere(database, None, _key(database, chosen.email))
    yield f"{user.email} is signed out everywhere"


def factor_off(database: Database, _: Settings, chosen: argparse.Namespace) -> Iterable[str]:
    """Do without the second factor of somebody who has lost it."""
    from app.desk.accounts.second_factor import switch_off

    user = switch_off(database, None, _key(database, chosen.email))
    yield f"{user.email} has no second factor any more"


def _key(database: Database, email: str) -> str:
    from app.records.accounts import user_by_email

    with database.reading() as session:
        user = user_by_email(session, email)
    if user is None:
        raise DeedFailed(f"There is no user with the address {email}.")
    return user.id


ROTATE = "change SECRET_KEY: a first run makes the new one, a second seals everything with it"


def rotate_key(database: Database, settings: Settings, _: argparse.Namespace) -> Iterable[str]:
    """Seal everything with the present key, or make a new one to seal with."""
    from app.data_folder import drop_older_key, put_new_key
    from app.desk.audit import record_action
    from app.records.key_rotation import rotate

    ours, path = settings.secret_key is None, settings.data_dir / "secret.key"
    if settings.older_secret_key is None:
        if not ours:
            raise DeedFailed("Set SECRET_KEY to the new key and SECRET_KEY_OLD to the one so far.")
        put_new_key(path)
        yield f"{path} is a new key; the one so far is beside it"
        yield "start the desk anew, every process of it, then run rotate-key once more"
        return
    if ours:
        _refuse_earlier_processes(database, path)
    sealed = rotate(database)
    with database.writing() as session:
        record_action(session, None, "key-rotated", values=sealed)
    if ours:
        drop_older_key(path)
    yield f"{sealed} values sealed anew"
    yield "the key so far opens nothing any more" if ours else "SECRET_KEY_OLD is needed no more"


def _refuse_earlier_processes(database: Database, key: Path) -> None:
    """Whoever began before the new key was there still seals with the one so far."""
    from app.desk.health.heart import MISSED_AFTER
    from app.records.heartbeats import Beating, heartbeats

    made = datetime.fromtimestamp(key.stat().st_mtime, UTC)
    lately = datetime.now(UTC) - MISSED_AFTER
    with database.reading() as session:
        found = heartbeats(session)
    for one in found:
        if one.kind is not Beating.BACKUP and one.began_at < made and one.at > lately:
            raise DeedFailed("A process that began before the new key still runs: end it first.")


COMMANDS: tuple[tuple[str, Deed, str, bool], ...] = (
    ("add", add, "add a user; the password comes on standard input", True),
    ("list", list_all, "list everybody: address, role, state, second factor", False),
    ("role", role, "give a user another role", True),
    ("disable", disable, "let a user in no more, from this moment on", True),
    ("enable", enable, "let a disabled user in again", True),
    ("link", link, "print one one-time sign-in link of a user", True),
    ("factor-off", factor_off, "switch the second factor of a user off who has lost it", True),
    ("sign-out", sign_out, "end every sign-in of a user", True),
)
"""Name, deed, what it does, and whether it is about one user."""


def add_people_commands(
    commands: Commands, group: Callable[[Commands, str, str], Commands], run: Run
) -> None:
    """The commands below `user`, and `rotate-key`.

    `group` makes a command that has commands of its own; `run` makes of a deed what the command
    line runs.
    """
    users = group(commands, "user", "users of the dashboard")
    rotate = commands.add_parser("rotate-key", help=ROTATE, description=ROTATE)
    rotate.set_defaults(run=run(rotate_key))
    for name, deed, text, about_one in COMMANDS:
        command = users.add_parser(name, help=text, description=text)
        command.set_defaults(run=run(deed))
        if about_one:
            command.add_argument("email", metavar="EMAIL")
        if name == "add":
            command.add_argument("--role", required=True, choices=ROLES)
        if name == "role":
            command.add_argument("role", metavar="ROLE", choices=ROLES)
