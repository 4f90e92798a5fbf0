"""Requests by hand, byte by byte, as only somebody with bad intentions sends them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE = 60


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to a server on this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        yield connection


def head(method: str = "GET", path: str = "/healthz", **headers: object) -> bytes:
    """A whole head; `Content_Length` stands for Content-Length."""
    lines = {"Host": "127.0.0.1"} | {k.replace("_", "-"): v for k, v in headers.items()}
    said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{said}\r\n".encode()


def answer(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    came = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            came += part
    return came


def status(connection: socket.socket) -> int:
    """The status of the next answer, of which the rest is left unread."""
    came = connection.recv(65536)
    return int(came.split(b" ")[1]) if came else 0


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has closed, without an answer."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
