"""The command line: what each command does, what it says, and how it fails."""

from __future__ import annotations

import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.cli import main
from app.desk.callbacks import process_waiting
from app.desk.callbacks.raw import INSERT, raw_row
from app.protocol.checkstring import signed_result
from app.protocol.statuses import Status
from app.protocol.wire import encode_form
from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from app.records.encryption import set_key
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.desk.callbacks.cast import body, desk_over
from tests.plain import plain_client, post
from tests.postgresql import free_port
from tests.processes import Process, desk_process, run
from tests.reading import Shown
from tests.walk import PASSWORD, SHOP, Operator

COMMANDS = ("serve", "work", "migrate", "user", "shop", "sandbox", "demo", "verify", "sweep")


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A folder with a key of its own, which is not left to the tests that follow."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    set_key(SECRET_KEY)


class Shell:
    """Types commands, and reads what they say."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.out = self.err = ""

    def types(self, *command: str, typed: bytes = b"") -> int:
        self._monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(typed)))
        try:
            code = main(command)
        except SystemExit as usage:
            code = int(usage.code or 0)
        self.out, self.err = self._capsys.readouterr()
        return code

    def adds_shop(self, shop_id: str, *more: str, typed: bytes = b"s3cr3tpw\n") -> int:
        told = ("--environment", "test", "--name", "Our shop", *more)
        return self.types("shop", "add", shop_id, *told, typed=typed)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def test_help_names_every_command(shell: Shell) -> None:
    assert shell.types("--help") == 0
    assert [name for name in (*COMMANDS, "backup") if f"    {name} " not in shell.out] == []


@pytest.mark.parametrize(
    "command",
    [(), ("unheard-of",), ("user", "add", "a@example.jp"), ("demo",), ("sandbox", "--port", "x")],
)
def test_wrong_usage_ends_with_2(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell.types(*command) == 2
    assert "usage:" in shell.err


def test_migrate_may_be_repeated(shell: Shell) -> None:
    assert shell.types("migrate") == 0
    assert shell.types("migrate") == 0
    assert "schema" in shell.out


def test_a_user_is_added_once_and_the_password_is_never_said(shell: Shell) -> None:
    add = ("user", "add", "hara@example.jp", "--role", "operator")
    assert shell.types(*add, typed=b"a long enough password\n") == 0
    assert "a long enough password" not in shell.out + shell.err
    assert shell.types(*add, typed=b"a long enough password\n") == 1
    assert shell.err.count("\n") == 1


def test_an_incident_is_handled_on_the_machine_of_a_desk_that_is_there(
    tmp_path: Path, blank_database: Path
) -> None:
    # Each in a process of its own, which knows nothing that a test has loaded.
    shutil.copy(blank_database, tmp_path / "desk.db")
    add = ("user", "add", "hara@example.jp", "--role", "operator")
    key = {"SECRET_KEY": "k" * 32}
    added = run(tmp_path, *add, typed="a long enough password\n", **key)
    assert added.returncode == 0, added.stderr
    assert run(tmp_path, "user", "disable", "hara@example.jp", **key).returncode == 0


def test_a_short_password_is_refused_in_a_sentence(shell: Shell) -> None:
    assert shell.types("user", "add", "a@example.jp", "--role", "admin", typed=b"short\n") == 1
    assert (shell.out, shell.err.count("\n")) == ("", 1)


def test_a_shop_added_by_command_has_its_callbacks_verified_again(
    shell: Shell, tmp_path: Path
) -> None:
    shell.types("migrate")
    raw = body("B1", shop="tshop2", password="s3cr3tpw")
    with closing(Database(sqlite_url(tmp_path / "desk.db"))) as database:
        database.append(INSERT, [raw_row(raw, [], "192.0.2.1")])
        process_waiting(desk_over(database))
        assert shell.adds_shop("tshop2") == 0
        with database.reading() as session:
            [callback] = session.exec(select(Callback)).all()
    assert callback.verdict == "verified"
    assert "verdict changed: 1" in shell.out


def test_a_shop_is_added_once_and_listed_without_its_password(shell: Shell) -> None:
    assert shell.adds_shop("tshop2") == 0
    assert shell.types("shop", "list") == 0
    assert "test\ttshop2\tOur shop" in shell.out
    assert "s3cr3tpw" not in shell.out
    assert shell.adds_shop("tshop2") == 1
    assert shell.err.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "typed"),
    [
        ((), b"nine-char\n"),
        ((), b"\n"),
        (("--gateway", "http://gateway.example"), b"s3cr3tpw\n"),
    ],
)
def test_a_shop_that_cannot_be_kept_is_refused_in_a_sentence(
    shell: Shell, more: tuple[str, ...], typed: bytes
) -> None:
    assert shell.adds_shop("tshop2", *more, typed=typed) == 1
    assert (shell.out, shell.err.count("\n")) == ("", 1)
    shell.types("shop", "list")
    assert "tshop2" not in shell.out


@pytest.mark.parametrize(
    ("changed", "code", "verdict"),
    [
        ({}, 0, "verified"),
        ({"Status": "PAYFAIL"}, 1, "mismatch"),
        ({"CheckString": ""}, 1, "no-checkstring"),
        ({"ShopID": "tshop9"}, 1, "unknown-shop"),
    ],
)
def test_verify_judges_a_raw_body(
    shell: Shell, changed: dict[str, str], code: int, verdict: str
) -> None:
    assert shell.adds_shop("tshop2") == 0
    result = signed_result("tshop2", "A1", Status.PAYSUCCESS, "20261124140322", "s3cr3tpw")
    body = encode_form((dict(result.pairs()) | changed).items())
    assert shell.types("verify", typed=body) == code
    assert f"Verdict: {verdict}" in shell.out
    assert "s3cr3tpw" not in shell.out + shell.err


def test_a_sweep_with_nothing_due_asks_nothing(shell: Shell) -> None:
    assert shell.types("sweep") == 0
    assert shell.out.startswith("0 ")


def test_a_backup_can_be_used_is_private_and_never_overwrites(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell.adds_shop("tshop2") == 0
    copy = tmp_path / "copy.db"
    assert shell.types("backup", str(copy)) == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert shell.types("backup", str(copy)) == 1
    assert shell.err.count("\n") == 1
    monkeypatch.setenv("SECRET_KEY", (tmp_path / "secret.key").read_text())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{copy}")
    assert shell.types("shop", "list") == 0
    assert "tshop2" in shell.out


def test_the_kept_key_is_ours_alone_and_stays(shell: Shell, tmp_path: Path) -> None:
    shell.types("migrate")
    key = tmp_path / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_text()
    shell.types("migrate")
    assert (key.read_text(), len(before) >= 32) == (before, True)


def test_the_first_sign_in_link_is_printed_once_and_only_its_button_uses_it_up(
    tmp_path: Path,
) -> None:
    with desk_process(tmp_path, ADMIN_EMAIL="", ADMIN_PASSWORD="") as desk:
        line = desk.wait_for("Sign in for the first time")
        link = re.search(r"http\S+", line)
        assert link
        with plain_client(desk.url, headers={"Accept-Language": "en"}) as browser:
            for _ in range(2):
                page = Shown(browser.get(link[0]))
            form = page.form("/login/link")
            assert browser.post(form.action, data=form.fields).status_code == 303
            assert browser.get("/orders").status_code == 200
        assert post(f"{desk.url}{form.action}", data=form.fields).status_code != 303
        assert sum("/login/link" in line for line in desk.lines) == 1


@pytest.mark.soak
def test_two_desks_with_two_folders_share_nothing(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "two")
    for folder in folders:
        folder.mkdir()
    with (
        desk_process(folders[0]) as one,
        desk_process(folders[1]) as two,
        one.client() as at_one,
        two.client() as at_two,
    ):
        order = Operator(at_one).create(OrderID="SAME")
        assert at_two.get(order).status_code == 404
        assert (
            Operator(at_two).see(Operator(at_two).create(OrderID="SAME")).claim[0] == "REQSUCCESS"
        )
        at_two.cookies = at_one.cookies
        assert at_two.get("/orders").status_code == 303
    keys = {(folder / "secret.key").read_text() for folder in folders}
    assert len(keys) == 2


def test_the_sandbox_alone_needs_no_user_and_no_key(tmp_path: Path) -> None:
    port, store = free_port(), tmp_path / "gateway.db"
    sandbox = Process(tmp_path, "sandbox", "--port", str(port), "--store", str(store))
    try:
        sandbox.wait_for("The sandbox gateway is at")
        asked = {"ShopID": SHOP, "ShopPass": PASSWORD, "OrderID": "A1", "Amount": "1"}
        address = f"http://127.0.0.1:{port}/payment/EntryTranNetcash.idPass"
        assert post(address, data=asked).text.startswith("OrderID=A1&AccessID=")
    finally:
        code = sandbox.stop()
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["gateway.db"]


def test_a_failure_of_the_surroundings_is_a_sentence_in_its_own_process_too(tmp_path: Path) -> None:
    ended = run(tmp_path, "backup", "copy.db")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)


def test_an_incident_can_be_handled_on_the_machine_alone(shell: Shell, tmp_path: Path) -> None:
    password = b"correct horse battery\n"
    for email, role in (("a@example.jp", "admin"), ("b@example.jp", "viewer")):
        assert shell.types("user", "add", email, "--role", role, typed=password) == 0
    assert shell.types("user", "role", "b@example.jp", "approver") == 0
    assert shell.types("user", "list") == 0
    assert "b@example.jp\tapprover\tenabled\tno second factor" in shell.out.splitlines()
    assert shell.types("user", "link", "B@example.jp") == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/login/link\?key=[\w-]{43}\n", shell.out)
    assert shell.types("user", "sign-out", "b@example.jp") == 0
    assert shell.types("user", "factor-off", "b@example.jp") == 0
    assert shell.types("user", "disable", "b@example.jp") == 0
    assert shell.types("user", "link", "b@example.jp") == 1
    assert "disabled" in shell.err
    assert shell.types("user", "enable", "b@example.jp") == 0
    assert shell.types("user", "disable", "a@example.jp") == 1
    assert "no administrator left" in shell.err
    assert shell.types("user", "disable", "nobody@example.jp") == 1
    assert shell.err == "There is no user with the address nobody@example.jp.\n"
    assert shell.types("user", "role", "b@example.jp", "owner") == 2


def test_import_says_what_a_log_comes_to_and_then_keeps_it(shell: Shell, tmp_path: Path) -> None:
    good, other = body("A1"), body("A2", Status.PAYFAIL)
    log = b"".join(b'"POST /return" "%s"\n' % one for one in (good, other, good))
    (tmp_path / "access.log").write_bytes(log + b"OrderID=A7&TranDate=20260101000000\n")
    assert shell.types("import", "access.log", "--dry-run") == 0
    assert "Nothing was kept." in shell.out
    assert shell.types("import", "access.log") == 0
    said = shell.out
    assert said.index("3 results, 2 different") < said.index("2 results kept")
    assert "line 4: missing: ShopID" in said
    assert shell.types("import", "access.log") == 0
    assert "2 were here already" in shell.out
    (tmp_path / "access.log.gz").write_bytes(b"\x1f\x8b\x08")
    assert shell.types("import", "access.log.gz") == 1
    assert shell.err.count("\n") == 1
    assert shell.types("import", "nowhere.log") == 1
    assert shell.err.count("\n") == 1


def test_the_audit_log_is_verified_alone_and_against_checkpoints(
    shell: Shell, tmp_path: Path
) -> None:
    password = b"correct horse battery\n"
    assert shell.types("user", "add", "a@example.jp", "--role", "admin", typed=password) == 0
    assert shell.types("user", "add", "b@example.jp", "--role", "admin", typed=password) == 0
    assert shell.types("audit", "verify") == 0
    assert shell.out.startswith("entries 1 to 2: 2 of 2 valid\nit rests on itself alone")
    checkpoint = shell.out.split()[-1]
    assert shell.types("audit", "verify", checkpoint) == 0
    assert "it rests on the checkpoint at entry 2, kept elsewhere\n" in shell.out
    forged = checkpoint.replace("2:", "3:", 1)
    assert shell.types("audit", "verify", forged) == 1
    assert "no checkpoint" in shell.err
    assert shell.types("user", "disable", "b@example.jp") == 0
    assert shell.types("backup", str(tmp_path / "copy.db")) == 0
    beside = tmp_path / "copy.db.checkpoint"
    assert beside.stat().st_mode & 0o777 == 0o600
    kept = tmp_path / "desk.log"
    kept.write_text(f"INFO audit checkpoint {checkpoint}\nINFO more\n{beside.read_text()}{forged}")
    assert shell.types("audit", "verify", "--checkpoint", str(kept)) == 0
    assert "at entry 3, kept elsewhere, of 2 that all agree" in shell.out
    assert shell.types("audit", "verify", "--checkpoint", str(tmp_path / "nothing")) == 1
    assert shell.err.count("\n") == 1
    database = Database(sqlite_url(tmp_path / "desk.db"))
    with closing(database), database.writing() as session:
        session.connection().execute(text("DROP TRIGGER audit_entries_stay"))
        session.connection().execute(text("DELETE FROM audit_entries WHERE number = 3"))
    assert shell.types("audit", "verify") == 0
    assert shell.types("audit", "verify", checkpoint) == 0
    assert shell.types("audit", "verify", "--checkpoint", str(beside)) == 1
    assert shell.err == "The audit log is not whole: entry 3 was cut off at the end.\n"


def test_the_kept_key_is_changed_in_two_runs(shell: Shell, tmp_path: Path) -> None:
    assert shell.adds_shop("tshop00000002") == 0
    before = (tmp_path / "secret.key").read_text()
    assert shell.types("rotate-key") == 0
    assert "run rotate-key once more" in shell.out
    assert (tmp_path / "secret.key").read_text() != before
    assert shell.types("check") == 0
    assert shell.types("rotate-key") == 0
    assert shell.out.startswith("1 values sealed anew\n")
    assert not (tmp_path / "secret.key.old").exists()
    assert shell.types("check") == 0
    assert "opens the passwords of 1 shops" in shell.out
