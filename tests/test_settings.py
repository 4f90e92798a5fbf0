"""Settings: a wrong one ends the start with one sentence that names the variable."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from app.cli import main
from app.records.encryption import set_key
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.plain import get, post
from tests.processes import desk_process, run

WRONG = (
    ("PORT", "70000"),
    ("PORT", "eight"),
    ("PUBLIC_URL", "desk.example.jp"),
    ("PUBLIC_URL", "https://desk.example.jp/below"),
    ("PUBLIC_URL", "https://desk.example.jp/#part"),
    ("PUBLIC_URL", "https://desk.example.jp:port"),
    ("PUBLIC_URL", "https://user:hush-hush@desk.example.jp"),
    ("HOST", "192.0.2.1"),
    ("HOST", "no-such-host.invalid"),
    ("TRUSTED_PROXIES", "10.0.0.5,proxy"),
    ("SANDBOX", "maybe"),
    ("LOG_FORMAT", "xml"),
    ("GATEWAY_SETTLE", "-1"),
    ("GATEWAY_TIMEOUT", "0"),
    ("DATABASE_URL", "mysql://db/desk"),
    ("DATABASE_URL", "postgresql://desk:hush-hush@db:port/desk"),
    ("DATABASE_URL", "postgresql://desk:hush-hush@127.0.0.1:1/desk"),
)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Neither a variable of the machine's nor a `.env` tells these tests anything.

    Nor do they leave a key of theirs to the tests that follow.
    """
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    set_key(SECRET_KEY)


def refusal(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """What is said of a start that fails: one line, and nothing else."""
    assert main(command or ("serve",)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n") or "DATABASE_URL" in said.err
    return said.err


@pytest.mark.parametrize(("variable", "value"), WRONG)
def test_a_wrong_setting_ends_the_start_with_a_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "long enough to be a key for a test")
    monkeypatch.setenv(variable, value)
    said = refusal(capsys)
    assert variable in said
    assert "hush-hush" not in said


def test_half_an_admin_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "admin@example.jp")
    assert "ADMIN_PASSWORD" in refusal(capsys)


@pytest.mark.parametrize("password", ["a-secret-1", "aaaaaaaaaaaa", "admin@example.jp"])
def test_a_weak_password_of_the_first_admin_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "admin@example.jp")
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    said = refusal(capsys)
    assert said.startswith("ADMIN_PASSWORD is wrong: ")
    assert password not in said


def test_a_key_that_can_be_guessed_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 31)
    assert "SECRET_KEY" in refusal(capsys)


def test_another_database_needs_a_key_of_the_deployers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/desk")
    assert "SECRET_KEY" in refusal(capsys)


def test_a_folder_that_cannot_be_made_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "var"))
    assert "DATA_DIR" in refusal(capsys)


def test_another_key_than_the_one_in_use_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_KEY", "the first of two keys for this test")
    monkeypatch.setattr("sys.stdin", StringIO("s3cr3tpw\n"))
    assert main(["shop", "add", "tshop2", "--environment", "test", "--name", "Two"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("SECRET_KEY", "the second of two keys for this test")
    assert "SECRET_KEY" in refusal(capsys, "shop", "list")


def test_in_its_own_process_too_there_is_no_traceback(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", PORT="70000")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "PORT" in ended.stderr


def test_a_port_that_is_taken_is_told(moved_in: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run(moved_in, "serve", PORT=port)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"PORT {port}" in ended.stderr


def test_a_dotenv_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=nine\n")
    assert "PORT" in refusal(capsys)


def test_the_sandbox_alone_too_refuses_a_wrong_format_of_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")
    assert "LOG_FORMAT" in refusal(capsys, "sandbox")


def test_the_example_names_every_setting() -> None:
    example = (Path(__file__).parent.parent / ".env.example").read_text()
    missing = [name for name in Settings.model_fields if f"#{name.upper()}=" not in example]
    assert missing == []


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),
        ({"public_url": "https://desk.example.jp"}, False),
        ({"public_url": "http://localhost:8000"}, True),
        ({"host": "0.0.0.0", "sandbox": "on"}, True),
        ({"sandbox": "OFF"}, False),
    ],
)
def test_the_sandbox_is_on_only_where_nobody_else_reaches_it(
    settings: dict[str, str], on: bool
) -> None:
    assert Settings.model_validate(settings).sandbox_on is on


def test_off_the_loopback_nothing_of_the_sandbox_answers(moved_in: Path) -> None:
    with desk_process(moved_in, HOST="0.0.0.0") as desk, desk.client() as client:
        assert get(f"{desk.url}/sandbox/guide").status_code == 404
        call = post(f"{desk.url}/sandbox/payment/SearchTradeMulti.idPass")
        assert call.status_code == 404
        assert "tshop00000001" not in client.get("/settings/shops").text


@pytest.mark.parametrize("text", ["postgres://db/desk", "postgresql://db/desk"])
def test_both_names_of_postgresql_are_accepted(text: str) -> None:
    assert Settings.model_validate({"database_url": text}).resolved_database_url == text
