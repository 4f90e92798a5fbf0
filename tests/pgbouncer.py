"""pgbouncer itself, where it is installed: in transaction mode, before a test's PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import psycopg

from tests.postgresql import free_port
from tests.waiting import GIVEN_UP_AFTER

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

CONNECTIONS = 4
"""Of the server's, for whoever comes: fewer than one desk's pool has."""


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """A pooler in transaction mode for the length of a block; the URL that leads through it."""
    assert PROGRAM
    behind, port = urlsplit(url), free_port()
    scratch = Path(mkdtemp(prefix="netcash-pgbouncer-"))
    scratch.chmod(0o755)
    settings = scratch / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={behind.hostname} port={behind.port} user=postgres\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {CONNECTIONS}\n"
    )
    settings.chmod(0o644)
    user = "nobody" if os.geteuid() == 0 else None
    with (scratch / "log").open("wb") as log:
        pooler = subprocess.Popen([PROGRAM, str(settings)], user=user, stdout=log, stderr=log)
    through = url.replace(f":{behind.port}/", f":{port}/")
    try:
        _wait_for(through)
        yield through
    finally:
        pooler.send_signal(signal.SIGKILL)
        pooler.wait()
        shutil.rmtree(scratch, ignore_errors=True)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + GIVEN_UP_AFTER
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.05)
    raise RuntimeError("pgbouncer did not start")
