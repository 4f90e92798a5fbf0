"""The command line: `python -m app …`.

Exit 0: done. 1: the thing failed, one sentence on standard error. 2: usage.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app import logs
from app.cli_audit import add_audit_commands
from app.cli_import import add_import_command
from app.cli_keeping import add_keeping_commands
from app.cli_people import Deed, DeedFailed, add_people_commands
from app.desk.cases.verifier import add_arguments, verify_bundle
from app.redaction import redacted
from app.settings import Settings, SettingsError, load_log_settings, load_settings

if TYPE_CHECKING:
    from app.records.database import Database
    from app.records.shops import OurShops

Command = Callable[[argparse.Namespace], int]
Commands = argparse._SubParsersAction  # noqa: SLF001 (the type has no public name)


class Failed(Exception):
    """What was asked for did not work. The message is the sentence to show."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.run is not _serve:
        gc.enable()
    try:
        return int(chosen.run(chosen))
    except (Failed, SettingsError) as problem:
        return _fail(str(problem))
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        from app.sentences import in_a_sentence

        sentence = in_a_sentence(error)
        if sentence is None:
            raise
        return _fail(sentence)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{redacted(sentence)}\n")
    return 1


def _settings() -> Settings:
    """The settings, the one for the log already in force."""
    settings = load_settings()
    logs.configure(settings.log_format)
    return settings


def _serve(_: argparse.Namespace) -> int:
    # First, for a wrong one is told before the program has been read.
    settings = _settings()
    from app.addresses import networks
    from app.main import create_app
    from app.records.schema import HEAD
    from app.server import Server, say

    app = create_app(settings)

    def ready() -> None:
        gc.freeze()
        gc.enable()
        say(f"NET CASH Desk is at {settings.base_url} (schema {HEAD})")
        from app.desk.accounts.first_admin import first_sign_in_link

        if link := first_sign_in_link(app.state.desk.database, settings.base_url):
            say(f"Sign in for the first time: {link}")

    listens, trusted = (settings.host, settings.port), networks(settings.trusted_proxies)
    return Server(app, *listens, ready, settings.sender_seconds, trusted).run_to_the_end()


def _sandbox(chosen: argparse.Namespace) -> int:
    from app.sandbox.app import create_sandbox
    from app.sandbox.store.schema import check_store
    from app.server import Server, say
    from app.web.http.request_id import RequestId

    logs.configure(load_log_settings().log_format)
    store = chosen.store if chosen.store == ":memory:" else Path(chosen.store)
    if isinstance(store, Path):
        check_store(store)
    sandbox = create_sandbox(store, base_url=None, late_seconds=chosen.late)
    sandbox.add_middleware(RequestId)
    address = f"http://{chosen.host}:{chosen.port}"
    ready = f"The sandbox gateway is at {address}, its guide at {address}/guide"
    return Server(sandbox, chosen.host, chosen.port, lambda: say(ready)).run_to_the_end()


def _migrate(_: argparse.Namespace) -> int:
    from app.records.schema import HEAD
    from app.server import say

    with _database(_settings()):
        say(f"The database is at schema {HEAD}")
    return 0


def _work(_: argparse.Namespace) -> int:
    from app.work import work

    return work(_settings())


def _sweep(_: argparse.Namespace) -> int:
    from app.server import say
    from app.work import sweep_once

    say(f"{asyncio.run(sweep_once(_settings()))} due lookups asked")
    return 0


def _about_people(deed: Deed) -> Command:
    """A deed of `cli_people` as a command."""

    def command(chosen: argparse.Namespace) -> int:
        from app.desk.accounts.users import UserRefused
        from app.server import say

        settings = _settings()
        with _database(settings) as database:
            try:
                for line in deed(database, settings, chosen):
                    say(line)
            except (UserRefused, DeedFailed) as refusal:
                raise Failed(str(refusal)) from None
        return 0

    return command


def _shop_add(chosen: argparse.Namespace) -> int:
    from app.desk.shops.shops import ShopRefused, add_shop_by_command
    from app.server import say

    password = sys.stdin.readline().rstrip("\r\n")
    settings = _settings()
    typed = (chosen.environment, chosen.shop_id, password, chosen.name, chosen.gateway)
    with _database(settings) as database:
        try:
            added = add_shop_by_command(database, *typed, ours=_ours(settings))
        except ShopRefused as refusal:
            raise Failed(str(refusal)) from None
    say(f"{added.shop.shop_id} ({added.shop.name}) belongs to {added.shop.environment}")
    if added.rejudged:
        say(f"Stored callbacks whose verdict changed: {added.rejudged}")
    return 0


def _shop_list(_: argparse.Namespace) -> int:
    from app.records.shops import all_shops
    from app.server import say

    with _database(_settings()) as database, database.reading() as session:
        for shop in all_shops(session):
            say(f"{shop.environment}\t{shop.shop_id}\t{shop.name}")
    return 0


def _demo(chosen: argparse.Namespace) -> int:
    from app.demo import DemoRefused, write_history
    from app.server import say

    try:
        written = write_history(_settings(), chosen.orders, chosen.seed, eventful=chosen.eventful)
    except DemoRefused as refusal:
        raise Failed(str(refusal)) from None
    say(f"{written} orders written to the sandbox's shop")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    from app.desk.callbacks.check_report import failure, report
    from app.desk.callbacks.manual_check import verdict_of_file
    from app.server import say

    data = Path(chosen.file).read_bytes() if chosen.file else sys.stdin.buffer.read()
    settings = _settings()
    with _database(settings) as database:
        checked = verdict_of_file(database, data, _ours(settings))
    say("\n".join(report(checked)))
    return _fail(sentence) if (sentence := failure(checked)) else 0


def _ours(settings: Settings) -> OurShops:
    from app.records.shops import OurShops

    return OurShops(sandbox_on=settings.sandbox_on)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database, brought up to date and closed at the end."""
    from app.records.encryption import set_key
    from app.records.integrity import open_checked

    set_key(settings.resolved_secret_key, settings.older_secret_key)
    database = open_checked(settings.resolved_database_url)
    try:
        yield database
    finally:
        database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="NET CASH Desk")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _command(commands, "serve", _serve, "serve the dashboard (and the sandbox, while it is on)")
    _command(commands, "work", _work, "do scheduled work alone: due lookups")
    _command(commands, "migrate", _migrate, "bring the database to this version's schema")
    _command(commands, "sweep", _sweep, "one pass of due re-checks")
    verify = _command(commands, "verify", _verify, "judge each result in FILE or standard input")
    verify.add_argument("file", metavar="FILE", nargs="?")
    add_import_command(commands, _settings, _database)
    _people_commands(commands)
    _sandbox_commands(commands)
    add_keeping_commands(commands, _settings)
    add_arguments(_command(commands, "verify-bundle", verify_bundle, "check a case's evidence"))
    return parser


def _people_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    add_people_commands(commands, _group, _about_people)
    add_audit_commands(commands, _group, _about_people)
    shops = _group(commands, "shop", "shops: contracts with the gateway")
    shop = _command(shops, "add", _shop_add, "add a shop; its ShopPass comes on standard input")
    shop.add_argument("shop_id", metavar="SHOPID")
    shop.add_argument("--environment", required=True, choices=("test", "production"))
    shop.add_argument("--name", required=True)
    shop.add_argument("--gateway", help="base address, when it is not the usual one")
    _command(shops, "list", _shop_list, "list the shops, without secrets")


def _sandbox_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    sandbox = _command(commands, "sandbox", _sandbox, "serve the simulated gateway alone")
    sandbox.add_argument("--port", type=int, default=8001)
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--store", default=":memory:", help="a SQLite file, or :memory:")
    sandbox.add_argument("--late", type=float, default=125.0, help="seconds until a late answer")
    demo = _command(commands, "demo", _demo, "write a plausible history for the sandbox's shop")
    demo.add_argument("--orders", type=int, required=True, metavar="N")
    demo.add_argument("--seed", type=int, help="which history it is; by default another each time")
    demo.add_argument("--eventful", action="store_true", help="five exchanges an order")


def _command(
    within: Commands[argparse.ArgumentParser], name: str, run: Command, text: str
) -> argparse.ArgumentParser:
    added = within.add_parser(name, help=text, description=text)
    added.set_defaults(run=run)
    return added


def _group(
    commands: Commands[argparse.ArgumentParser], name: str, text: str
) -> Commands[argparse.ArgumentParser]:
    """A command that has commands of its own."""
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(title="commands", required=True, metavar="COMMAND")
