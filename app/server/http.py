"""HTTP/1.1 as it is read: bounded in size, in time, and in how many wait with half a request.

uvicorn reads heads of any size, waits for a slow sender for ever, and takes every offer to go on
in another protocol. All three are decided here, before anybody knows what a request is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.addresses import Network, client_behind, counted_as, is_trusted
from app.server.connections import Connections
from app.server.heads import is_host, pieces, without_offer

HEAD_BYTES = 64 * 1024
HEAD_LINES = 100
"""The most of a request's head, its first line counted in."""

UPLOAD_RATE = 16 * 1024
"""Bytes a second at which a signed-in person's body may go on beyond the time for it."""

LINGER_SECONDS = 2.0
"""How long a connection is still read after a refusal. Closed at once, it would be reset, and
whoever is still sending would never see the answer."""

CONNECTION = "netcash.connection"
"""The name in a request's `extensions` under which the application finds its connection."""


class _TooLarge(Exception):
    """The head is longer than it may be."""


class _NoHost(Exception):
    """Whom it is for is not said, or said twice, or is no host."""


class Reading(Enum):
    """What is being read of a request."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()
    DONE = auto()


class PlainHttp(HttpToolsProtocol):
    """One connection.

    Java's client offers HTTP/2 with each of its requests. httptools takes the offer for accepted
    and loses the request's body, so it is left out before httptools reads.

    Head and body must each have come within `sender_seconds`. `trusted` are the proxies that say
    for whom they ask.
    """

    held: Connections
    sender_seconds = 10.0
    trusted: Sequence[Network] = ()

    address: str | None = None
    since = 0.0
    signed_in = False

    _reading = Reading.NOTHING
    _refused = False
    _counted = False
    _owes = False  # whether `held` waits for the rest of a request
    _too_large = False
    _loose = 0  # bytes read since the last that belonged to a body
    _arrived = 0  # bytes of the body within the present span of time
    _deadline: asyncio.TimerHandle | None = None
    _timed = Reading.NOTHING  # what the deadline is for

    # What the application may ask and tell.

    def sign_in(self) -> None:
        """Whoever asks is signed in: they may take longer, and keep their connection."""
        self.signed_in = True
        self._has_all()

    @property
    def crowded(self) -> bool:
        """Whether there is only the room that is kept for results and for signed-in people."""
        return self.held.is_crowded

    # What `Connections` asks.

    @property
    def idle(self) -> bool:
        """Whether nothing has come of a request."""
        return self._reading is Reading.NOTHING

    def give_way(self) -> None:
        """Close at once, also with something still to be written."""
        self.transport.abort()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, if there is room."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        self.address = None if is_trusted(peer, self.trusted) else counted_as(peer)
        self._counted = self._owes = True
        if self.held.opened(self):
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Read what came, a piece at a time, so that a head that has no end is seen in time."""
        if self._refused:
            return
        for piece in pieces(without_offer(data), HEAD_BYTES):
            self._loose += len(piece)
            super().data_received(piece)
            # Lines that follow a body in pieces are read like those of a head.
            if self._loose > HEAD_BYTES or self._too_many_lines():
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if self._refused or self.transport.is_closing():
                return
        if self._reading is not Reading.DONE and not self._owes:
            self._expect_more()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._stop_watching()
        if self._counted:
            self._counted = False
            self.held.closed(self)
        super().connection_lost(exc)

    # What httptools tells.

    def on_message_begin(self) -> None:
        """A request's head begins."""
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: self}  # type: ignore[dict-item]
        self._reading = Reading.HEAD
        if self.cycle is not None and self.cycle.response_complete:
            # It is a person who is signed in, not a connection: a proxy's carries many.
            self.signed_in = False
            self.held.works(self)

    def on_headers_complete(self) -> None:
        """The head is there."""
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            if name == b"host":
                hosts += 1
                if hosts > 1 or not is_host(value):
                    raise _NoHost
        if size > HEAD_BYTES or self._too_many_lines():
            self._too_large = True
            raise _TooLarge
        self._reading, self._loose, self._arrived = Reading.BODY, 0, 0
        if self.address is None:
            self._count_for_client()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._loose = 0
        self._arrived += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._reading, self._loose = Reading.DONE, 0
        self._has_all()
        super().on_message_complete()
        self._rest_if_done()

    def on_response_complete(self) -> None:
        """It has been answered: the next one may come."""
        super().on_response_complete()
        self._rest_if_done()

    def _rest_if_done(self) -> None:
        """Both have come to their end, whichever was first: the request, and its answer."""
        if self._reading is Reading.DONE and self.cycle.response_complete:
            self._reading = Reading.NOTHING
            if not self.signed_in and self._counted:
                self.held.rests(self)

    def _expect_more(self) -> None:
        """Only what has not come in one piece is counted: nearly every request has."""
        self._owes = True
        self.held.expects(self)

    def _has_all(self) -> None:
        if self._owes:
            self._owes = False
            self.held.has(self)

    def _too_many_lines(self) -> bool:
        return self.headers is not None and len(self.headers) >= HEAD_LINES

    def send_400_response(self, msg: str) -> None:
        """httptools could not read it."""
        del msg
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            if self._too_large
            else HTTPStatus.BAD_REQUEST
        )

    def _count_for_client(self) -> None:
        """Behind a proxy that is trusted, it counts as the client's."""
        said = b",".join(value for name, value in self.headers if name == b"x-forwarded-for")
        client = client_behind(said.decode("latin-1"), self.trusted)
        if client is not None:
            owes = self._owes
            self._has_all()
            self.address = counted_as(client)
            if owes:
                self._expect_more()

    # Time.

    def _watch(self) -> None:
        """Have a deadline for whatever is being read."""
        if self._timed is self._reading and self._deadline is not None:
            return
        self._stop_watching()
        if self._reading is not Reading.DONE and self.timeout_keep_alive_task is None:
            self._timed = self._reading
            self._deadline = self.loop.call_later(self.sender_seconds, self._too_slow)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._reading is Reading.NOTHING:
            self.timeout_keep_alive_handler()
        elif self._reading is Reading.BODY and self._may_go_on():
            self._arrived = 0
            self._watch()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _may_go_on(self) -> bool:
        """Whether the wait is our own doing, or the body of somebody who may take longer."""
        in_time = self._arrived >= UPLOAD_RATE * self.sender_seconds
        return self.flow.read_paused or (self.signed_in and in_time)

    # Refusal.

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, where nothing else is being said, and close."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._stop_watching()
        under_way = self.cycle is not None and not self.cycle.response_complete
        if self._reading is Reading.BODY and under_way and not self.cycle.response_started:
            # Whoever reads the body is told that no more will come, and answers nothing.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif self._reading is Reading.BODY or under_way:
            self.transport.close()
            return
        self._say(status)

    def _say(self, status: HTTPStatus) -> None:
        words = status.phrase.encode()
        headers: list[tuple[bytes, bytes]] = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(words)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"%s: %s\r\n" % header for header in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", words]))
        self.transport.write_eof()
        self.flow.resume_reading()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def http_protocol(**settled: Any) -> type[PlainHttp]:
    """The protocol's class with what a server has settled for all of its connections."""
    return type("Http", (PlainHttp,), settled)
