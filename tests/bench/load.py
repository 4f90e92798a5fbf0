"""A load of our own making: so many connections, each asking its next question when answered.

Written on bare asyncio, so that the program asked, and not the one that asks, is what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

FORM = "application/x-www-form-urlencoded"

ROUNDS = 5
ROUND_SECONDS = 2.0
WARM_UP_SECONDS = 0.5


@dataclass
class Load:
    """What a load came to: turns taken, the seconds they took in all, and each answer's seconds."""

    turns: int = 0
    seconds: float = 0.0
    answers: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Turns a second."""
        return self.turns / self.seconds

    @property
    def p50(self) -> float:
        """The median seconds of an answer."""
        return median(self.answers)

    @property
    def p99(self) -> float:
        """The seconds within which 99 of a hundred answers came."""
        return quantiles(self.answers, n=100)[98]

    def add(self, other: Load) -> None:
        """Count another round of the same load in."""
        self.turns += other.turns
        self.seconds += other.seconds
        self.answers += other.answers


class Connection(asyncio.Protocol):
    """One connection that is kept. Ask only when the last question has been answered."""

    def __init__(self, answers: list[float]) -> None:
        self._answers = answers
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._read = b""

    async def ask(self, request: bytes) -> bytes:
        """Send a whole request; the body of its answer. Raises where that is not a 200."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise RuntimeError("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._transport.write(request)
        body = await self._answer
        self._answers.append(time.perf_counter() - began)
        return body

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._read = b""
        if head.startswith(b"HTTP/1.1 200"):
            self._tell(lambda answer: answer.set_result(body))
        else:
            self._fail(head.split(b"\r\n")[0].decode())

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"the connection was closed ({error})")

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def _fail(self, why: str) -> None:
        self._tell(lambda answer: answer.set_exception(RuntimeError(why)))

    def _tell(self, tell: Callable[[asyncio.Future[bytes]], None]) -> None:
        if self._answer is not None and not self._answer.done():
            tell(self._answer)


async def connect(port: int, answers: list[float] | None = None) -> Connection:
    """A connection; the seconds of its answers are added to `answers`."""
    loop = asyncio.get_running_loop()
    kept = [] if answers is None else answers
    _, connection = await loop.create_connection(lambda: Connection(kept), "127.0.0.1", port)
    return connection


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n")[0])


Turn = Callable[[Connection], Awaitable[None]]
"""What a connection does over and over: one question, or several that belong together."""


def in_turns(
    *asked: tuple[int, Turn], connections: int, catch_up: Callable[[], None] = lambda: None
) -> list[Load]:
    """What each port's load comes to, in turns, so that a machine's bad moments hit every one.

    `catch_up` waits until the programs have nothing left to do, which would weigh on the next turn.
    """
    for port, turn in asked:
        drive(port, connections, WARM_UP_SECONDS, turn)
    loads = [Load() for _ in asked]
    for _ in range(ROUNDS):
        for load, (port, turn) in zip(loads, asked, strict=True):
            catch_up()
            load.add(drive(port, connections, ROUND_SECONDS, turn))
    return loads


def drive(port: int, connections: int, seconds: float, turn: Turn) -> Load:
    """Let so many connections take turns for so long."""
    return asyncio.run(_drive(port, connections, seconds, turn))


async def _drive(port: int, connections: int, seconds: float, turn: Turn) -> Load:
    load = Load()
    opened = [await connect(port, load.answers) for _ in range(connections)]
    began = time.perf_counter()

    async def take_turns(connection: Connection) -> None:
        while time.perf_counter() - began < seconds:
            await turn(connection)
            load.turns += 1

    await asyncio.gather(*map(take_turns, opened))
    load.seconds = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return load


def post(path: str, body: bytes) -> bytes:
    """A form on the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
