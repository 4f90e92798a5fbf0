"""What the settings give a shop's engineer to copy works as it stands, and disturbs no customer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.web.presentation.snippets import PATH, beside_a_ticket, snippets
from tests.conftest import Served
from tests.postgresql import free_port
from tests.waiting import GIVEN_UP_AFTER
from tests.web.pages.beside import a_token
from tests.web.pages.rows import an_order

RAW = "ShopID=tshop00000001&OrderID=A1001&Status=PAYSUCCESS&ErrCode="
KEY = "ncd_a-key"


class Program(NamedTuple):
    """How a snippet becomes a program that copies what comes on standard input."""

    command: tuple[str, ...]
    file: str
    around: str


PROGRAMS = {
    "PHP": Program(("php",), "main.php", "%s"),
    "Ruby": Program(("ruby",), "main.rb", "%s\ncopy_result($stdin.read)"),
    "Python": Program(
        ("python3",), "main.py", "%s\nimport sys\ncopy_result(sys.stdin.buffer.read())"
    ),
    "Node.js": Program(("node",), "main.js", "%s\ncopyResult(require('fs').readFileSync(0));"),
    "Java": Program(
        ("java",),
        "Main.java",
        "class Main {\n%s\npublic static void main(String[] a) throws Exception {"
        " copyResult(System.in.readAllBytes()); Thread.sleep(1500); } }",
    ),
}
QUICK = {"Python", "Node.js"}
HERE = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.soak)
    for name, program in PROGRAMS.items()
    if shutil.which(program.command[0])
]
"""The languages whose interpreter this machine has."""


@contextmanager
def desk() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A stand-in for a desk that takes copies: its address, and what has come."""
    came: list[dict[str, Any]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            came.append({"path": self.path, "raw": raw, **dict(self.headers)})
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(
    name: str, folder: Path, base_url: str, *options: str, key: str | None = KEY
) -> subprocess.CompletedProcess[str]:
    program = PROGRAMS[name]
    text = program.around % snippets(base_url)[name]
    # Without a web server in front PHP has the body there.
    (folder / program.file).write_text(text.replace("php://input", "php://stdin"))
    return subprocess.run(
        [*program.command, *options, program.file],
        input=RAW,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=GIVEN_UP_AFTER,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            **({} if key is None else {"NETCASH_DESK_KEY": key}),
        },
        check=False,
    )


@pytest.mark.parametrize("name", HERE)
def test_a_snippet_copies_what_came_byte_for_byte(name: str, tmp_path: Path) -> None:
    with desk() as (base_url, came):
        ran = run(name, tmp_path, base_url)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [one["raw"].decode() for one in came] == [RAW]
    assert came[0]["path"] == PATH
    headers = {key.lower(): value for key, value in came[0].items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-received-at"].startswith("20")


@pytest.mark.parametrize("name", HERE)
def test_a_desk_that_is_away_is_nobodys_trouble(name: str, tmp_path: Path) -> None:
    ran = run(name, tmp_path, f"http://127.0.0.1:{free_port()}")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("key", [None, "with-a-line's-end\n"])
@pytest.mark.parametrize("name", HERE)
def test_a_key_that_is_missing_or_wrong_breaks_no_page(
    name: str, key: str | None, tmp_path: Path
) -> None:
    with desk() as (base_url, _):
        ran = run(name, tmp_path, base_url, key=key)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("php"), reason="PHP is not on this machine.")
def test_a_php_without_curl_breaks_no_page(tmp_path: Path) -> None:
    without = ("-n", "-d", "display_errors=1")
    ran = run("PHP", tmp_path, f"http://127.0.0.1:{free_port()}", *without)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_a_support_tool_says_of_an_order_what_the_desk_knows(
    served: Served, tmp_path: Path
) -> None:
    at = datetime(2026, 12, 1, 5, 3, tzinfo=UTC)
    an_order(served.app, "PAID", "PAYSUCCESS", status_at=at, confirmed_at=at)
    an_order(served.app, "OPEN")
    (tmp_path / "main.py").write_text(beside_a_ticket(served.url))
    environment = {"NETCASH_DESK_KEY": a_token(served.app, "read"), "PATH": "/usr/bin:/bin"}
    for order_id, said in (("PAID", "paid, confirmed 14:03"), ("OPEN", "REQSUCCESS")):
        ran = subprocess.run(
            [sys.executable, "main.py", "tshop00000001", order_id],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=GIVEN_UP_AFTER,
            check=False,
        )
        assert (ran.stdout.strip(), ran.stderr) == (said, "")
    assert len(beside_a_ticket("").strip().splitlines()) <= 20


def test_a_snippet_is_short_and_holds_no_secret() -> None:
    for text in snippets("https://desk.example.jp").values():
        assert len(text.strip().splitlines()) <= 12
        assert "NETCASH_DESK_KEY" in text
