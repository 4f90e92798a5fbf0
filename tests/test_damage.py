"""What is damaged, lost or another's ends a start with one sentence that says what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from app.cli import main
from app.records.encryption import set_key
from app.records.integrity import Unusable, look_for_damage
from app.records.schema import HEAD
from app.sandbox.store.schema import open_store
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.processes import run

NOISE = bytes(range(256)) * 64


def live_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed is about the desk in this folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.chdir(folder)
    monkeypatch.setattr("app.server.Server.run_to_the_end", lambda _: 0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a desk in it: a key, a database with a shop, and a sandbox. Made once."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        live_in(folder, patch)
        patch.setattr("sys.stdin", StringIO("s3cr3tpw\n"))
        assert main(["shop", "add", "tshop2", "--environment", "test", "--name", "Two"]) == 0
    open_store(folder / "sandbox.db").close()
    return folder


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, whole: Path) -> Iterator[Path]:
    """A copy of it, to damage."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    live_in(tmp_path, monkeypatch)
    yield tmp_path
    set_key(SECRET_KEY)


def noise(path: Path) -> None:
    path.write_bytes(NOISE)


def cut_in_half(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def pages_overwritten(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 12 * 4096] = NOISE * 3
    path.write_bytes(whole)


def schema(version: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))

    return change


def no_schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")


def another_programs(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE songs (name TEXT)")


def content(raw: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.write_bytes(raw)

    return change


FAULTS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "noise": ("desk.db", noise, "damaged"),
    "half": ("desk.db", cut_in_half, "damaged"),
    "pages": ("desk.db", pages_overwritten, "damaged"),
    "older-schema": ("desk.db", schema("0000"), "schema is '0000'"),
    "empty-schema": ("desk.db", schema(""), "schema is ''"),
    "newer-schema": ("desk.db", schema("9999"), "schema 9999, newer"),
    "no-schema": ("desk.db", no_schema, "no schema version"),
    "another's": ("desk.db", another_programs, "no database of this program"),
    "no-key": ("secret.key", Path.unlink, "missing"),
    "empty-key": ("secret.key", content(b""), "is empty"),
    "short-key": ("secret.key", content(b"A" * 20), "part of a key"),
    "key-not-ascii": ("secret.key", content("鍵".encode() * 20), "holds no key"),
    "foreign-key": ("secret.key", content(b"A" * 64), "SECRET_KEY does not open"),
}
"""By name: which file, what happens to it, and what is said."""


def rows_of(path: Path) -> bytes:
    """What is in a SQLite file behind its head, where being opened leaves a trace."""
    return path.read_bytes()[100:]


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said of a failure: one line that ends as a sentence does."""
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith(".\n")
    return said


@pytest.mark.parametrize("command", ["serve", "check"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_as_it_should_be_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, fault: str
) -> None:
    name, happens, words = FAULTS[fault]
    happens(folder / name)
    before = rows_of(folder / "desk.db")
    capsys.readouterr()
    assert main([command]) == 1
    assert words in sentence(capsys)
    assert rows_of(folder / "desk.db") == before
    # A key that is gone is not replaced: what is sealed would be lost for good.
    assert fault != "no-key" or not (folder / "secret.key").exists()


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_sandbox_of_noise_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    noise(folder / "sandbox.db")
    capsys.readouterr()
    assert main([command]) == 1
    assert "sandbox.db is damaged" in sentence(capsys)


def test_a_sandbox_that_cannot_be_opened_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sandbox.db").unlink()
    (folder / "sandbox.db").mkdir()
    capsys.readouterr()
    assert main(["serve"]) == 1
    assert "SANDBOX=off" in sentence(capsys)
    assert main(["sandbox", "--store", str(folder / "sandbox.db")]) == 1


@pytest.mark.soak
def test_the_same_in_a_process_of_its_own(folder: Path) -> None:
    noise(folder / "desk.db")
    ended = run(folder, "serve", PORT="1")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)


def test_sums_that_are_not_what_the_orders_come_to_are_told_and_counted_anew(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(folder / "desk.db")) as file, file:
        file.execute("INSERT INTO order_hours VALUES ('test', 490000, 'PAYFAIL', 3, 300)")
    assert main(["check"]) == 1
    assert "`python -m app recount`" in capsys.readouterr().err
    assert main(["recount"]) == 0
    assert main(["check"]) == 0


def test_what_is_whole_is_said_to_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["check"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines() == [
        f"{folder / 'desk.db'} is whole.",
        f"{folder / 'sandbox.db'} is whole.",
        f"The schema is {HEAD}.",
        "SECRET_KEY opens the passwords of 1 shops.",
        "The sums kept by the hour are what the orders come to.",
    ]


def test_a_check_of_nothing_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "There is no database" in sentence(capsys)
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} <= {"reserve"}


def test_of_a_large_file_a_start_looks_at_what_nothing_works_without(folder: Path) -> None:
    file = folder / "desk.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE much (text TEXT)")
        connection.executemany("INSERT INTO much VALUES (?)", [("x" * 900,)] * 1000)
        pages = dict(connection.execute("SELECT name, rootpage FROM sqlite_master"))
    assert look_for_damage(file, most=1) is False
    overwrite(file, pages["much"])
    assert look_for_damage(file, most=1) is False
    with pytest.raises(Unusable):
        look_for_damage(file)
    overwrite(file, pages["shops"])
    with pytest.raises(Unusable):
        look_for_damage(file, most=1)


def overwrite(file: Path, page: int) -> None:
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4096)
        opened.write(NOISE[:4096])
