"""The program as its deployer runs it: `python -m app …` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import httpx

from tests.cast import ADMIN, PASSWORD
from tests.plain import plain_client
from tests.postgresql import free_port
from tests.waiting import GIVEN_UP_AFTER

ROOT = Path(__file__).resolve().parent.parent
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """What a process is told: a folder of its own, and these settings."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    told = {"DATA_DIR": folder, "PYTHONPATH": ROOT, **settings}
    return kept | {name: str(value) for name, value in told.items()}


def run(
    folder: Path, *arguments: str, typed: str = "", **settings: object
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a working directory without a `.env`."""
    command = [sys.executable, "-m", "app", *arguments]
    told = environment(folder, **settings)
    return subprocess.run(
        command,
        env=told,
        cwd=folder,
        input=typed,
        text=True,
        capture_output=True,
        timeout=2 * GIVEN_UP_AFTER,
        check=False,
    )


class Process:
    """A server under way. `lines` are what it has said, on both of its outputs."""

    under: tuple[str, ...] = ()
    """The program that runs it, if one does, before its own command."""

    def __init__(self, folder: Path, *arguments: str, **settings: object) -> None:
        command = [*self.under, sys.executable, "-m", "app", *arguments]
        self.folder = folder
        self.lines: list[str] = []
        self._child = subprocess.Popen(
            command,
            env=environment(folder, **settings),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._child.stdout
        self._listener = threading.Thread(target=self._listen, args=(self._child.stdout,))
        self._listener.start()

    def _listen(self, output: IO[str]) -> None:
        with output:
            self.lines.extend(iter(output.readline, ""))

    def wait_for(self, words: str) -> str:
        """The first line that holds these words."""
        deadline = time.monotonic() + GIVEN_UP_AFTER
        while time.monotonic() < deadline and self._child.poll() is None:
            if found := next((line for line in self.lines if words in line), None):
                return found
            time.sleep(0.01)
        raise AssertionError("".join(self.lines))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end: the exit code."""
        self._child.send_signal(number)
        try:
            return self._child.wait(GIVEN_UP_AFTER)
        finally:
            self._child.kill()
            self._listener.join()

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        return self._child.poll() is None


class DeskProcess(Process):
    """A desk that is served. It has an admin, who signs in with the cast's password."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        admin = {"ADMIN_EMAIL": ADMIN.email, "ADMIN_PASSWORD": PASSWORD}
        super().__init__(folder, "serve", **admin | {"PORT": self.port} | settings)
        try:
            self.wait_for("NET CASH Desk is at")
        except AssertionError:
            self.stop(signal.SIGKILL)
            raise

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """A client that has signed in."""
        headers = {"Accept-Language": "en"}
        with closing(plain_client(self.url, headers=headers)) as client:
            form = {"email": ADMIN.email, "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 303
            yield client


@contextmanager
def desk_process(folder: Path, **settings: object) -> Iterator[DeskProcess]:
    """A desk for the length of a block; killed at its end if it still runs."""
    desk = DeskProcess(folder, **settings)
    try:
        yield desk
    finally:
        if desk.is_alive:
            desk.stop(signal.SIGKILL)
