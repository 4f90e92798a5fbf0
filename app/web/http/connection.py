"""What the server and the application tell each other of a request's connection."""

from __future__ import annotations

from typing import Protocol, cast

from starlette.types import Scope


class Connection(Protocol):
    """The server's side of it."""

    @property
    def crowded(self) -> bool:
        """Whether there is only the room that is kept for results and for signed-in people."""

    def sign_in(self) -> None:
        """Whoever asks is signed in: they may take longer, and keep their connection."""


def tell_signed_in(scope: Scope) -> None:
    """Let the server know that whoever asks is signed in."""
    if connection := _connection_of(scope):
        connection.sign_in()


def is_crowded(scope: Scope) -> bool:
    """Whether the server has only the room left that it keeps."""
    connection = _connection_of(scope)
    return connection is not None and connection.crowded


def _connection_of(scope: Scope) -> Connection | None:
    # None where no server of ours stands before the application.
    found = (scope.get("extensions") or {}).get("netcash.connection")
    return cast("Connection | None", found)
