"""The server process: uvicorn with limits, and with an exit that open event streams notice."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect

from app.addresses import Network
from app.logs import Repeated
from app.server.connections import Connections, Room
from app.server.ending import end_within
from app.server.files import raise_file_limit
from app.server.http import PlainHttp, http_protocol

GRACE_SECONDS = 2
"""How long requests in flight may still take once the process has been told to stop."""

ACCEPTED_AT_ONCE = 64
"""Connections taken before anything else is done: each is a file, and whoever has come must not
wait for all who have just come."""

BACKLOG = 2_048
"""Connections that the system holds for us until we take them."""

_STOPPED_SHORT = "ASGI callable returned without completing response."


class CannotListen(Exception):
    """The address cannot be listened at. The message is one sentence that names the variable."""


class Server(uvicorn.Server):
    """Sets `app.state.stopping` at the first signal: a stream would else keep the process open.

    `sender_seconds`: within which head and body of a request must each have come. `trusted`: the
    proxies that say for whom they ask. `room`: how many connections there may be, by default as
    many as the system's files allow.
    """

    def __init__(
        self,
        app: Starlette,
        host: str,
        port: int,
        ready: Callable[[], None],
        sender_seconds: float = PlainHttp.sender_seconds,
        trusted: Sequence[Network] = (),
        room: Room | None = None,
    ) -> None:
        self._files = raise_file_limit()
        self.connections = Connections(room or Room.within(self._files), time.monotonic, _gave_way)
        # No access log: addresses hold launch keys and sign-in links.
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                # Its lines go where ours go (`app.logs`).
                log_config=None,
                log_level="warning",
                access_log=False,
                backlog=ACCEPTED_AT_ONCE,
                http=http_protocol(
                    held=self.connections, sender_seconds=sender_seconds, trusted=trusted
                ),
                server_header=False,
                # The guard decides whose X-Forwarded-… headers are believed.
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        # For whoever watches.
        app.state.connections = self.connections
        self._app = app
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tell the streams first, then wind down; a second Ctrl-C waits for nothing.

        uvicorn's own would repeat the signal after its clean end, and the process would die of it.
        """
        stopping = getattr(self._app.state, "stopping", None)
        if stopping:
            stopping.set()
        del frame
        if not self.should_exit and threading.current_thread() is threading.main_thread():
            end_within()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we are ready only once we listen."""
        await super().startup(sockets)
        for listener in sockets or ():
            # asyncio takes as many at once as it lets wait: here these are two numbers.
            listener.listen(BACKLOG)
        if self.started:
            self._ready()
            log.info(
                "%d files may be open at once: there is room for %d connections",
                self._files,
                self.connections.room.in_all,
            )

    def run_to_the_end(self) -> int:
        """Serve until told to stop. Returns the process's exit code; raises CannotListen."""
        with listening(self.config.host, self.config.port) as listener:
            self.run(sockets=[listener])
        return 0 if self.started else 1


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"PORT {port} is taken by another program.") from None
        raise CannotListen(f"HOST {host} cannot be listened at: {error.strerror}.") from None
    except OverflowError:
        raise CannotListen(f"PORT {port} is not one: it goes up to 65535.") from None


log = logging.getLogger(__name__)

_NO_HTTP = "Invalid HTTP request received."
_no_http = Repeated(log, "a request came that is no HTTP", "", level=logging.WARNING)
_too_many = Repeated(log, "a connection was closed to make room", "", level=logging.WARNING)


def _gave_way() -> None:
    _too_many.failed("too many were open without a whole request")


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is worth a line.

    A request cut off by our own end or by its sender is no fault of the program, and nor is an
    answer that stops short: only the sandbox gives one, on purpose.
    """
    if record.msg == _NO_HTTP:
        _no_http.failed("anybody can send one")
        return False
    cut_off = record.exc_info and isinstance(
        record.exc_info[1], asyncio.CancelledError | ClientDisconnect
    )
    return not cut_off and record.msg != _STOPPED_SHORT


def say(line: str) -> None:
    """One line for whoever started the process, at once, also through a pipe."""
    print(line, file=sys.stdout, flush=True)  # noqa: T201
