"""The server process: uvicorn with an exit that open event streams notice."""

from __future__ import annotations

import asyncio
import errno
import logging
import re
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.logs import Repeated

GRACE_SECONDS = 2
"""How long requests in flight may still take once the process has been told to stop."""

_STOPPED_SHORT = "ASGI callable returned without completing response."
_OFFER = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"[A-Z]+ [^\r\n]+ HTTP/1\.[01]\r\n")


class PlainHttp(HttpToolsProtocol):
    """HTTP/1.1 that declines every offer to go on in another protocol.

    Java's client offers HTTP/2 with each of its requests. httptools takes the offer for accepted
    and loses the request's body, so it is left out before httptools reads.

    A connection whose next request has not shown its whole head in time is closed: uvicorn itself
    would wait for one that drips in for ever. (The body's time is the endpoint's affair.)
    """

    head_seconds = 10.0
    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Read what came, without an offer in the head of the request."""
        super().data_received(without_offer(data))

    def on_message_begin(self) -> None:
        """A request's head begins."""
        super().on_message_begin()
        if self._head is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """It is there."""
        self._have_head()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._have_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(self.head_seconds, self.timeout_keep_alive_handler)

    def _have_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


def without_offer(data: bytes) -> bytes:
    """A request without its Upgrade header; other bytes as they are."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if end and b"pgrade" in head and _REQUEST_LINE.match(head):
        return _OFFER.sub(b"", head) + end + rest
    return data


class CannotListen(Exception):
    """The address cannot be listened at. The message is one sentence that names the variable."""


class Server(uvicorn.Server):
    """Sets `app.state.stopping` at the first signal: a stream would else keep the process open."""

    def __init__(
        self,
        app: Starlette,
        host: str,
        port: int,
        ready: Callable[[], None],
        head_seconds: float = PlainHttp.head_seconds,
    ) -> None:
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
                http=type("Http", (PlainHttp,), {"head_seconds": head_seconds}),
                server_header=False,
                # The guard decides whose X-Forwarded-… headers are believed.
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        logging.getLogger("uvicorn.error").addFilter(_is_news)
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
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we are ready only once we listen."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def run_to_the_end(self) -> int:
        """Serve until told to stop. Returns the process's exit code; raises CannotListen."""
        with listening(self.config.host, self.config.port) as listener:
            self.run(sockets=[listener])
        return 0 if self.started else 1


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"PORT {port} is taken by another program.") from None
        raise CannotListen(f"HOST {host} cannot be listened at: {error.strerror}.") from None
    except OverflowError:
        raise CannotListen(f"PORT {port} is not one: it goes up to 65535.") from None


log = logging.getLogger(__name__)

_NO_HTTP = "Invalid HTTP request received."
_no_http = Repeated(log, "a request came that is no HTTP", "", level=logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it is worth a line.

    A request cut off by our own end is no fault of the program, and nor is an answer that stops
    short: only the sandbox gives one, on purpose.
    """
    if record.msg == _NO_HTTP:
        _no_http.failed("anybody can send one")
        return False
    cut_off = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut_off and record.msg != _STOPPED_SHORT


def say(line: str) -> None:
    """One line for whoever started the process, at once, also through a pipe."""
    print(line, file=sys.stdout, flush=True)  # noqa: T201
