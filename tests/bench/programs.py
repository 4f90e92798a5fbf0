"""The programs that are measured, each in a process of its own for the length of a block."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import httpx

from tests.postgresql import free_port

Program = subprocess.Popen[bytes]
ACCOUNT = {"ADMIN_EMAIL": "bench@example.jp", "ADMIN_PASSWORD": "a password for the bench"}


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is told to stop at the end of the block."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


@contextmanager
def desk(folder: Path, **settings: str) -> Iterator[int]:
    """A desk of its own with an account to sign in with; the port it listens at."""
    port = free_port()
    settings |= {"PORT": str(port), "DATA_DIR": str(folder)}
    with running([sys.executable, "-m", "app", "serve"], os.environ | ACCOUNT | settings):
        first_answer(port)
        yield port


@contextmanager
def sandbox(store: Path) -> Iterator[int]:
    """The sandbox alone; its port."""
    port = free_port()
    command = [sys.executable, "-m", "app", "sandbox", "--port", str(port), "--store", str(store)]
    with running(command, os.environ):
        first_answer(port, "/guide")
        yield port


@contextmanager
def far_away(target: int) -> Iterator[int]:
    """A slow way to the program at that port; the port where it begins."""
    port = free_port()
    with running(
        [sys.executable, "-m", "tests.bench.far_away", str(port), str(target)], os.environ
    ):
        first_answer(port, "/guide")
        yield port


@contextmanager
def floor_of_commits(database: str) -> Iterator[int]:
    """The least durable endpoint, over a SQLite file or a PostgreSQL URL; its port."""
    port = free_port()
    with running(
        [sys.executable, "-m", "tests.bench.floor_commits", str(port), database], os.environ
    ):
        first_answer(port, "/")
        yield port


def signed_in(port: int) -> httpx.Client:
    """A client of a desk that is signed in."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    form = {"email": ACCOUNT["ADMIN_EMAIL"], "password": ACCOUNT["ADMIN_PASSWORD"]}
    if client.post("/login", data=form).status_code != 303:
        raise RuntimeError("the bench could not sign in")
    return client


def first_answer(port: int, path: str = "/login") -> None:
    """Wait until the address answers 200."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.002)
        finally:
            connection.close()
    raise RuntimeError(f"nothing answered at port {port}")
