"""What stands between the desk and its database, and misbehaves as networks do."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum, auto
from urllib.parse import urlsplit

from tests.postgresql import free_port

PROCESS = re.compile(rb"(K\0\0\0\x0c)....", re.DOTALL)
"""PostgreSQL's message that names the process at work, up to its key."""


class Way(Enum):
    """How it treats what passes."""

    PASS = auto()
    # Takes everything and gives nothing on, in neither direction: no error ever says so.
    SWALLOW = auto()
    # Gives a COMMIT on, and then cuts the connection: its reply is lost.
    CUT_AFTER_COMMIT = auto()
    # Says as a pooler does that another process answers than the one that is at work.
    POOL = auto()


class Proxy:
    """A proxy before a PostgreSQL. `way` may be changed at any time; `url` leads through it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._behind = (parts.hostname, parts.port)
        self.port = free_port()
        self.url = url.replace(f":{parts.port}/", f":{self.port}/")
        self.way = Way.PASS
        self._open: list[socket.socket] = []
        self._deaf: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody listens any more, and whoever was connected is cut off."""
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                front, _ = self._listener.accept()
                back = socket.create_connection(self._behind)
                self._open += (front, back)
                pairs = ((front, back, True), (back, front, False))
                for source, target, asks in pairs:
                    threading.Thread(
                        target=self._pump, args=(source, target, asks), daemon=True
                    ).start()

    def _pump(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with suppress(OSError), closing(source), closing(target):
            while data := source.recv(65536):
                if self.way is Way.SWALLOW or target in self._deaf:
                    continue
                if not asks and self.way is Way.POOL:
                    data = PROCESS.sub(lambda found: found[1] + bytes(4), data)
                cut = asks and self.way is Way.CUT_AFTER_COMMIT and b"COMMIT" in data
                if cut:
                    # Before the server can have answered.
                    self._deaf.append(source)
                target.sendall(data)
                if cut:
                    source.shutdown(socket.SHUT_RDWR)
                    return


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy for the length of a block."""
    with closing(Proxy(url)) as proxy:
        yield proxy
