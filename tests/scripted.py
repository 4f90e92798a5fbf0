"""A gateway that does as told without a socket: scripts of bytes, behind httpx's transport seam."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from socket import gaierror

import h11
import httpx

Step = bytes | asyncio.Event | Exception
"""Bytes of the answer; an event that is waited for; or what goes wrong then."""

HOST = "gateway.example"
TIMED_OUT = TimeoutError()
"""What the gateway's own bound on a call raises, without the wait."""


class ScriptedGateway(httpx.AsyncBaseTransport):
    """Plays `script` to each request, then the connection is closed. `requests` are what arrived.

    `answers` has another script for a call whose name is in the request's address. Of all hosts
    there is only this one.
    """

    url = f"http://{HOST}"

    def __init__(self) -> None:
        self.script: list[Step] = []
        self.answers: dict[str, list[Step]] = {}
        self.requests: list[httpx.Request] = []
        self.asked = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != HOST:
            raise httpx.ConnectError("no such host") from gaierror()
        await request.extensions["trace"]("scripted.send_request_headers.started", {})
        self.requests.append(request)
        self.asked.set()
        special = (steps for call, steps in self.answers.items() if call in request.url.path)
        answer = _Answer(next(special, self.script))
        head = await answer.head()
        return httpx.Response(head.status_code, headers=list(head.headers), stream=answer)


class _Answer(httpx.AsyncByteStream):
    """What a script says, read as HTTP; where that breaks off, httpx's own words for it."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = iter(steps)
        self._wire = h11.Connection(h11.CLIENT)
        self._wire.send(h11.Request(method="POST", target="/", headers=[("Host", HOST)]))
        self._wire.send(h11.EndOfMessage())

    async def head(self) -> h11.Response:
        event = await self._next_event()
        assert isinstance(event, h11.Response), event
        return event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._next_event(), h11.Data):
            yield bytes(event.data)

    async def _next_event(self) -> object:
        try:
            while True:
                event = self._wire.next_event()
                if event is not h11.NEED_DATA:
                    return event
                self._wire.receive_data(await self._next_bytes())
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error

    async def _next_bytes(self) -> bytes:
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, bytes):
                return step
            await step.wait()
        if self._wire.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("closed without an answer")
        return b""


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP answer with this body."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
