"""Fifty open feeds while results come in, beside a bare event stream with an in-process bell.

Measured from the moment a result was taken in to the moment a reader has its row: both programs
note that moment just before their commit, and tell it with each event.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from app.desk.results.arrivals import Mark
from app.records.database import sqlite_url
from app.records.keys import moment_of
from tests.bench import programs
from tests.bench.callbacks import result, right_signature, store_orders
from tests.bench.load import connect, post
from tests.bench.measurement import Measurement, at_most, plain, within

FEEDS = 50
RESULTS_A_SECOND = 100
SECONDS = 10
ROUNDS = 2
PATIENCE = 2.0
"""Seconds to wait, once the last result has been answered, for what has not been told yet."""


@dataclass
class Told:
    """What the readers of one program have been told: how late, and how often not at all."""

    delays: list[float] = field(default_factory=list)
    missed: int = 0

    @property
    def p95(self) -> float:
        """The seconds within which 95 of a hundred rows were there."""
        return quantiles(self.delays, n=20)[18]


def measure() -> Iterator[Measurement]:
    """Both programs in turns."""
    with (
        TemporaryDirectory() as folder,
        programs.desk(Path(folder)) as desk,
        programs.floor_of_commits(str(Path(folder) / "floor.db")) as floor,
    ):
        numbers = [f"FEED-{n}" for n in range(ROUNDS * SECONDS * RESULTS_A_SECOND)]
        store_orders(sqlite_url(Path(folder) / "desk.db"), numbers)
        cookie = programs.signed_in(desk).cookies["desk_session"]
        bare, ours = Told(), Told()
        results = (result(number, right_signature) for number in numbers)
        for _ in range(ROUNDS):
            asyncio.run(_listen(floor, _BARE, iter(lambda: _INSERT, None), bare))
            asyncio.run(_listen(desk, _feed(cookie), results, ours))
    yield plain("a bare event stream, p95: the floor", bare.p95 * 1000, "ms")
    name = f"{FEEDS} feeds at {RESULTS_A_SECOND} results a second"
    yield at_most(f"{name}, p95", ours.p95 * 1000, "ms", 3, bare.p95 * 1000)
    yield within(f"{name}, rows missed", ours.missed, "", 0)


_INSERT = post("/", b"." * 150)


@dataclass(frozen=True)
class Stream:
    """How a program's stream is asked for, and when the result of an event's id was taken in."""

    request: bytes
    taken_at: Callable[[str], float]


_BARE = Stream(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", float)


def _feed(cookie: str) -> Stream:
    head = "GET /live/callbacks?env=sandbox HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return Stream(f"{head}Cookie: desk_session={cookie}\r\n\r\n".encode(), _key_made_at)


def _key_made_at(mark: str) -> float:
    parsed = Mark.parse(mark)
    assert parsed is not None, f"{mark} is no mark"
    return moment_of(parsed.key).timestamp()


class Reader(asyncio.Protocol):
    """One open feed: notes when it is told of each result."""

    def __init__(self, stream: Stream, told: Told) -> None:
        self.stream = stream
        self.told = told
        self.ids: set[str] = set()
        self.opened = asyncio.Event()
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.stream.request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.opened.set()
        whole, _, self._read = (self._read + data).rpartition(b"\n")
        for name in _ID.findall(whole):
            mark = name.decode()
            if (known := mark.partition(".")[0]) not in self.ids:
                self.ids.add(known)
                self.told.delays.append(now - self.stream.taken_at(mark))


_ID = re.compile(rb"^id: (\S+)", re.MULTILINE)


async def _listen(port: int, stream: Stream, results: Iterator[bytes], told: Told) -> None:
    loop = asyncio.get_running_loop()
    readers = [
        (await loop.create_connection(lambda: Reader(stream, told), "127.0.0.1", port))[1]
        for _ in range(FEEDS)
    ]
    await asyncio.gather(*(reader.opened.wait() for reader in readers))
    number = SECONDS * RESULTS_A_SECOND
    await _bring(port, results, number)
    # One that is late counts as late, and one that is not told within this time as missed.
    await asyncio.sleep(PATIENCE)
    told.missed += sum(number - len(reader.ids) for reader in readers)
    for reader in readers:
        reader.transport.close()


async def _bring(port: int, results: Iterator[bytes], number: int) -> None:
    """Bring results at an even pace, whether or not the last one has been answered."""
    spare = [await connect(port) for _ in range(4)]
    began, asked = time.perf_counter(), set()

    async def bring(request: bytes) -> None:
        connection = spare.pop() if spare else await connect(port)
        await connection.ask(request)
        spare.append(connection)

    for place in range(number):
        await asyncio.sleep(began + place / RESULTS_A_SECOND - time.perf_counter())
        task = asyncio.create_task(bring(next(results)))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    for connection in spare:
        connection.close()
