"""Two web processes and a worker on one database, and one after another is killed at any moment.

In the midst of results, calls, lookups, judging, sweeping, a backup and a migration: nothing that
was answered is lost, nothing is asked twice, and nothing stays unjudged while any process lives.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

import pytest
from sqlmodel import col, func, select

from app.clock import now
from app.desk.health.conditions import JUDGED_WITHIN
from app.protocol.calls import Call
from app.records.backlog import unjudged_callbacks
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.dropped_callbacks import dropped_so_far
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Order
from app.records.shops import Environment, Shop
from tests.conftest import SECRET_KEY
from tests.fire.crowd import Crowd
from tests.fire.gateway import GatewayOnASocket, listening_gateway
from tests.model.gateway import SHOP_ID, SHOP_PASS
from tests.processes import ROOT, DeskProcess, Process, environment, run
from tests.test_backup import programs
from tests.waiting import until
from tests.web.pages.test_return_under_stress import url_of, wait_for_answers

ROUNDS = 100
ENOUGH = 5
"""Results answered between two kills."""

SWEEPER = """
import sys
from datetime import timedelta
from app.desk.retention import RetentionPolicy, sweep_all
from app.records.database import Database
print("NET CASH Desk sweeps", flush=True)
while True:
    sweep_all(Database(sys.argv[1]), RetentionPolicy(age=timedelta(days=1), number=20))
"""


class Fleet:
    """The processes of one desk, each with a folder of its own."""

    def __init__(self, folder: Path, url: str, spare_url: Callable[[], str]) -> None:
        self._folder, self._url, self._spare_url = folder, url, spare_url
        self._dice = random.Random(1)
        path = f"{programs()}:{os.environ['PATH']}"
        self._told = {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "SANDBOX": "off", "PATH": path}
        self._number = 0

    def __enter__(self) -> Self:
        self.webs = [self._web(), self._web()]
        self.worker = Process(self._own(), "work", **self._told)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.webs, self.worker):
            if process.is_alive:
                process.stop(signal.SIGKILL)

    def addresses(self) -> Sequence[str]:
        """Where a browser may ask."""
        return [web.url for web in self.webs]

    def kill_a_web(self) -> None:
        place = self._dice.randrange(2)
        self._wait()
        self.webs[place].stop(signal.SIGKILL)
        self.webs[place] = self._web()

    def kill_the_worker(self) -> None:
        self._wait()
        self.worker.stop(signal.SIGKILL)
        self.worker = Process(self._own(), "work", **self._told)

    def kill_a_sweep(self) -> None:
        told = environment(self._own(), **self._told)
        command = [sys.executable, "-c", SWEEPER, self._url]
        with subprocess.Popen(command, env=told, cwd=ROOT, stdout=subprocess.PIPE) as sweeper:
            assert sweeper.stdout
            sweeper.stdout.readline()
            self._wait(3)
            sweeper.kill()

    def kill_a_backup(self) -> None:
        """What it leaves is whole, or has no name."""
        target = self._own() / "copy"
        backup = Process(target.parent, "backup", str(target), **self._told)
        self._wait(2)
        backup.stop(signal.SIGKILL)
        if target.exists():
            assert is_whole(target, self._url)

    def kill_a_migration(self) -> None:
        """Whoever migrates next comes to the end."""
        folder = self._own()
        told = self._told | {"DATABASE_URL": self._spare_url()}
        migration = Process(folder, "migrate", **told)
        self._wait(3)
        migration.stop(signal.SIGKILL)
        for command in ("migrate", "check"):
            ended = run(folder, command, **told)
            assert ended.returncode == 0, ended.stderr

    def _wait(self, longest: float = 0.5) -> None:
        time.sleep(self._dice.uniform(0, longest))

    def _web(self) -> DeskProcess:
        return DeskProcess(self._own(), **self._told)

    def _own(self) -> Path:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        return folder


def is_whole(copy: Path, url: str) -> bool:
    if url.startswith("postgresql"):
        listed = [str(programs() / "pg_restore"), "--list", str(copy)]
        return subprocess.run(listed, check=False, capture_output=True).returncode == 0
    with closing(sqlite3.connect(copy)) as connection:
        return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))


class Watch:
    """Looks at the table all the time: how long something has waited for its verdict at most."""

    def __init__(self, database: Database) -> None:
        self.longest = 0.0
        self._database, self._over = database, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.wait(0.5):
            with self._database.reading() as session:
                oldest = unjudged_callbacks(session).oldest_at
            if oldest:
                self.longest = max(self.longest, (now() - oldest).total_seconds())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@contextmanager
def under_fire(
    database: Database, folder: Path, spare_url: Callable[[], str]
) -> Iterator[tuple[Fleet, Crowd, GatewayOnASocket]]:
    """A desk at work, with people in front of it and a gateway behind it."""
    with ExitStack() as stack:
        gateway = stack.enter_context(listening_gateway())
        with database.writing() as session:
            shop = Shop(shop_id=SHOP_ID, environment=Environment.TEST, name="", password=SHOP_PASS)
            shop.gateway_url = gateway.url
            session.add(shop)
        fleet = stack.enter_context(Fleet(folder, url_of(database), spare_url))
        crowd = Crowd(fleet.addresses, gateway)
        with fleet.webs[0].client() as admin:
            crowd.sign_in(admin.cookies)
        stack.enter_context(crowd)
        yield fleet, crowd, gateway


def all_is_there(database: Database, crowd: Crowd, gateway: GatewayOnASocket) -> None:
    """What was answered is stored and judged, and nothing reached the gateway unrecorded."""
    with database.reading() as session:
        bodies = dict(session.exec(select(Callback.body, Callback.verdict)).all())
        made_up = session.exec(select(func.count()).where(Callback.verdict == "mismatch")).one()
        orders = {order.order_id: order for order in session.exec(select(Order)).all()}
        recorded = Counter(
            (str(call), number)
            for call, number in session.exec(select(Exchange.call, Exchange.order_id)).all()
        )
    assert crowd.told
    assert {bodies.get(result.body) for result in crowd.told} == {"verified"}
    assert made_up + how_many_dropped(database) >= len(crowd.made_up)
    arrived = Counter((str(one.call), one.order_id) for one in gateway.knows.arrivals)
    assert not arrived - recorded, "what has reached the gateway is an exchange"
    assert {*arrived.values()} == {1}, "nothing is asked twice within an hour"
    assert {*crowd.sent} <= {*orders}
    for result in crowd.told:
        order = orders[result.order_id]
        assert order.status == "PAYSUCCESS" or order.conflict, result.order_id
    for order in orders.values():
        assert order.confirmed_at is None or gateway.knows.paid(order.order_id)
    assert any(call == Call.SEARCH for call, _ in arrived)


def how_many_dropped(database: Database) -> int:
    with database.reading() as session:
        return sum(one.number for one in dropped_so_far(session))


def everything_is_judged(database: Database) -> bool:
    with database.reading() as session:
        return unjudged_callbacks(session).number == 0


def nothing_is_under_way(database: Database) -> bool:
    with database.reading() as session:
        waiting = select(func.count()).where(col(Exchange.outcome) == WAITING)
        return session.exec(waiting).one() == 0


@pytest.mark.soak
def test_a_process_is_killed_and_the_others_go_on(database: Database, tmp_path: Path) -> None:
    with under_fire(database, tmp_path, lambda: "") as (fleet, crowd, gateway):
        until(lambda: len(crowd.told) >= ENOUGH)
        fleet.webs[1].stop(signal.SIGKILL)
        fleet.webs.pop()
        until(lambda: len(crowd.told) >= 2 * ENOUGH)
        crowd.__exit__()
        until(lambda: everything_is_judged(database))
        all_is_there(database, crowd, gateway)


@pytest.mark.soak
def test_a_hundred_kills_lose_nothing_and_leave_nothing_unjudged(
    any_own_database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    spare = spare_databases(tmp_path, any_own_database, request)
    with under_fire(any_own_database, tmp_path, spare) as (fleet, crowd, gateway):
        kills = [
            fleet.kill_a_web,
            fleet.kill_a_web,
            fleet.kill_the_worker,
            fleet.kill_a_sweep,
            fleet.kill_a_backup,
            fleet.kill_a_migration,
        ]
        with Watch(any_own_database) as watch:
            for number in range(ROUNDS):
                wait_for_answers(crowd.told, len(crowd.told) + ENOUGH)
                kills[number % len(kills)]()
            # The worker alone is left with what the last two were at.
            for web in fleet.webs:
                web.stop(signal.SIGKILL)
            crowd.__exit__()
            until(lambda: everything_is_judged(any_own_database))
        assert watch.longest < JUDGED_WITHIN.total_seconds()
        # A start closes what its machine's dead processes were at.
        fleet.kill_a_web()
        until(lambda: nothing_is_under_way(any_own_database))
        all_is_there(any_own_database, crowd, gateway)
        assert how_many_dropped(any_own_database)


def spare_databases(
    folder: Path, database: Database, request: pytest.FixtureRequest
) -> Callable[[], str]:
    """Where each migration begins anew."""
    if database.is_sqlite:
        return lambda: f"sqlite:///{folder / f'spare{time.monotonic_ns()}.db'}"
    from tests.postgresql import fresh_database

    server = request.getfixturevalue("postgresql_server")
    return lambda: fresh_database(server, f"spare{time.monotonic_ns()}")
