"""Fifty open feeds while results come in, beside a bare event stream with an in-process bell.

Measured at the readers: from the answer in the customer's hand, which means that the result is
committed, to its row at a reader. From the question on is reported too: there a desk judges what
it has committed before it tells anybody, and the bare stream does not.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from app.protocol.statuses import Status
from app.records.database import sqlite_url
from tests.bench import programs
from tests.bench.callback_requests import callback_request, store_orders
from tests.bench.load import connect, post
from tests.bench.measurement import Measurement, at_most, plain, within

FEEDS = 50
RESULTS_A_SECOND = 100
SECONDS = 6
NUMBER = SECONDS * RESULTS_A_SECOND
ROUNDS = 3
PATIENCE = 2.0
"""Seconds to wait, once the last result has been answered, for what has not been told yet."""

Brought = tuple[str, bytes]
"""The name that a result's row will show, and the request that brings it."""


@dataclass
class Told:
    """What the readers of one program have been told: how late, and how often not at all."""

    after_answer: list[float] = field(default_factory=list)
    after_question: list[float] = field(default_factory=list)
    missed: int = 0


def measure() -> Iterator[Measurement]:
    """Both programs in turns."""
    with (
        TemporaryDirectory() as folder,
        programs.desk(Path(folder)) as desk,
        programs.floor_of_commits(str(Path(folder) / "floor.db")) as floor,
    ):
        names = [f"FEED-{number}" for number in range(2 * ROUNDS * NUMBER)]
        store_orders(sqlite_url(Path(folder) / "desk.db"), names)
        cookie = programs.signed_in(desk).cookies["desk_session"]
        feed = _asking(f"/live/callbacks?env=sandbox HTTP/1.1\r\nCookie: desk_session={cookie}")
        bare, ours, paid = Told(), Told(), Told()
        fresh = iter(names)
        for _ in range(ROUNDS):
            asyncio.run(_listen(floor, _asking("/events HTTP/1.1"), _bare(), bare))
            asyncio.run(_listen(desk, feed, _cancelled(fresh), ours))
            asyncio.run(_listen(desk, feed, _paid(fresh), paid))
    yield from _figures(bare, ours, paid)


def _figures(bare: Told, ours: Told, paid: Told) -> Iterator[Measurement]:
    name = f"{FEEDS} feeds at {RESULTS_A_SECOND} results a second"
    floor = _p95(bare.after_answer)
    yield plain("a bare event stream, answer to row, p95: floor", floor * 1000, "ms")
    late = _p95(ours.after_answer)
    yield at_most(f"{name}, p95", late * 1000, "ms", 3, floor * 1000)
    yield plain(f"{name}, paid, p95", _p95(paid.after_answer) * 1000, "ms")
    yield plain("a bare event stream, question to row, p95", _p95(bare.after_question) * 1000, "ms")
    yield plain(f"{name}, from the question", _p95(ours.after_question) * 1000, "ms")
    yield within(f"{name}, rows missed", ours.missed + paid.missed, "", 0)


def _p95(delays: Sequence[float]) -> float:
    return quantiles(delays, n=20)[18]


def _asking(path: str) -> bytes:
    return f"GET {path}\r\nHost: 127.0.0.1\r\n\r\n".encode()


_bare_names = count()


def _bare() -> list[Brought]:
    names = [f"FEED-{next(_bare_names)}" for _ in range(NUMBER)]
    return [(name, post("/", name.encode().ljust(150, b"."))) for name in names]


def _cancelled(fresh: Iterator[str]) -> list[Brought]:
    """Half of them move their orders, half cannot be verified."""
    return [
        (name, callback_request(name, Status.PAYFAIL, verified=place % 2 == 0))
        for place, name in zip(range(NUMBER), fresh, strict=False)
    ]


def _paid(fresh: Iterator[str]) -> list[Brought]:
    """Results that have lookups asked too, which take from the same processor."""
    return [(name, callback_request(name)) for _, name in zip(range(NUMBER), fresh, strict=False)]


class Reader(asyncio.Protocol):
    """One open feed: notes when it is told of each result."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.told_at: dict[str, float] = {}
        self.opened = asyncio.Event()
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.opened.set()
        whole, _, self._read = (self._read + data).rpartition(b"\n")
        for name in _NAME.findall(whole):
            self.told_at.setdefault(name.decode(), now)


_NAME = re.compile(rb"FEED-[0-9]+")


async def _listen(port: int, request: bytes, results: Sequence[Brought], told: Told) -> None:
    loop = asyncio.get_running_loop()
    readers = [
        (await loop.create_connection(lambda: Reader(request), "127.0.0.1", port))[1]
        for _ in range(FEEDS)
    ]
    await asyncio.gather(*(reader.opened.wait() for reader in readers))
    moments = await _bring(port, results)
    # One that is late counts as late, and one that is not told within this time as missed.
    await asyncio.sleep(PATIENCE)
    for reader in readers:
        reader.transport.close()
        for name, (asked, answered) in moments.items():
            told_at = reader.told_at.get(name)
            if told_at is None:
                told.missed += 1
            else:
                told.after_answer.append(max(0.0, told_at - answered))
                told.after_question.append(told_at - asked)


async def _bring(port: int, results: Sequence[Brought]) -> dict[str, tuple[float, float]]:
    """Bring results at an even pace, answered or not; when each was asked and answered."""
    # Taken in turns: a connection that rests for five seconds is closed.
    spare = deque([await connect(port) for _ in range(4)])
    began, asked = time.perf_counter(), set()
    moments: dict[str, tuple[float, float]] = {}

    async def bring(name: str, request: bytes) -> None:
        connection = spare.popleft() if spare else await connect(port)
        before = time.perf_counter()
        await connection.ask(request)
        moments[name] = before, time.perf_counter()
        spare.append(connection)

    for place, (name, request) in enumerate(results):
        await asyncio.sleep(began + place / RESULTS_A_SECOND - time.perf_counter())
        task = asyncio.create_task(bring(name, request))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    for connection in spare:
        connection.close()
    return moments
