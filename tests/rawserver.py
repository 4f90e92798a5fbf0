"""A server that does as told, byte by byte: what a gateway may do and a library would not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Step = bytes | float
"""Bytes to send, or seconds to wait."""


@dataclass
class RawServer:
    """`script` is played to each request; then the connection is closed. `requests` are whole.

    `answers` has another script for a call whose name is in the request's address.
    """

    script: list[Step]
    answers: dict[str, list[Step]] = field(default_factory=dict)
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    keep_alive: bool = False
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._talk(reader, writer)
                while self.keep_alive:
                    await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        self.asked.set()
        special = (steps for call, steps in self.answers.items() if call.encode() in head)
        for step in next(special, self.script):
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            else:
                await asyncio.sleep(step)


@asynccontextmanager
async def raw_server(
    *script: Step, keep_alive: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Listen on a free port of loopback and play `script` to whoever asks."""
    raw = RawServer(list(script), keep_alive=keep_alive)
    server = await asyncio.start_server(raw.accept, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    raw.url = f"{'https' if tls else 'http'}://localhost:{port}"
    try:
        yield raw
    finally:
        server.close()
        await raw.close()
