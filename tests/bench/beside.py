"""How long a customer waits for the page while the desk has something else to do.

Twenty verified results a second come to a served desk on SQLite, each by a browser of its own: at
first quietly, then while one thing at a time goes on beside them. Every wait stands beside the
quiet one of the same run, so that a slow machine slows both.

The target is ten times the quiet p50, as for a rush of results: a customer whose page takes ten
times as long as usual still has it at once, and who waits behind a lock or a full queue has it
after hundreds of times as long. A sweep's lock is bounded at 50 ms and a sign-in's delay at
200 ms, and both are above ten times of some milliseconds: where the quiet p50 is short, 200 ms are
the bound instead.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from sqlmodel import col, func, select

from app.clock import now
from app.records.callbacks import Callback
from app.records.database import Database
from tests.bench.callback_requests import callback_request, store_orders
from tests.bench.load import connect, post
from tests.bench.measurement import Measurement, plain, within
from tests.bench.programs import ACCOUNT
from tests.bench.receiving import Bench, catch_up, on_sqlite

RATE = 20
SECONDS = 8.0
TIMES, LEAST_MS = 10, 200.0

SWEPT, BODY = 20_000, b"." * 2_000
FLOODING, SIGN_INS = 4, 40

FORM = {"email": ACCOUNT["ADMIN_EMAIL"], "password": ACCOUNT["ADMIN_PASSWORD"]}

Work = Callable[[Bench], Coroutine[None, None, None]]
"""What goes on beside the results, until it is done or told to stop."""


def measure() -> Iterator[Measurement]:
    """The quiet p50 and p99, and the p99 beside each."""
    with on_sqlite() as bench:
        numbers = [f"BESIDE-{number}" for number in range(5_000)]
        store_orders(bench.url, numbers)
        _store_what_is_swept(bench.url)
        to_come = iter(numbers)
        quiet = asyncio.run(_waits(bench, to_come, _nothing))
        usual = median(quiet)
        yield plain("a result's page, quiet, p50", usual, "ms")
        yield plain("a result's page, quiet, p99", _p99(quiet), "ms")
        for name, work in WORKS.items():
            catch_up(bench.url)
            waits = asyncio.run(_waits(bench, to_come, work))
            yield plain(f"a result's page beside {name}, p50", median(waits), "ms")
            if work is _sweep:
                yield plain("rows swept meanwhile", SWEPT - _unswept(bench.url), "")
            limit = round(max(TIMES * usual, LEAST_MS), 1)
            yield within(f"a result's page beside {name}, p99", _p99(waits), "ms", limit)


def _p99(waits: list[float]) -> float:
    return quantiles(waits, n=100, method="inclusive")[98]


async def _waits(bench: Bench, numbers: Iterator[str], work: Work) -> list[float]:
    """The milliseconds that each customer waits, of those who come while the work goes on."""
    beside = asyncio.create_task(work(bench))
    began, customers = time.perf_counter(), []
    for nth in range(int(RATE * SECONDS)):
        await asyncio.sleep(max(0.0, began + nth / RATE - time.perf_counter()))
        if beside.done() and work is not _nothing and nth >= RATE:
            break
        customers.append(asyncio.create_task(_customer(bench.desk, next(numbers))))
    waits = await asyncio.gather(*customers)
    if beside.done():
        beside.result()
    beside.cancel()
    with suppress(asyncio.CancelledError):
        await beside
    return [wait * 1000 for wait in waits]


async def _customer(port: int, number: str) -> float:
    began = time.perf_counter()
    connection = await connect(port)
    await connection.ask(callback_request(number))
    connection.close()
    return time.perf_counter() - began


def _store_what_is_swept(url: str) -> None:
    database = Database(url)
    for first in range(0, SWEPT, 1_000):
        with database.writing() as session:
            session.add_all(
                Callback(body=BODY, digest=str(nth), judged_at=now(), verdict="mismatch")
                for nth in range(first, first + 1_000)
            )
    database.close()


def _unswept(url: str) -> int:
    database = Database(url)
    with database.reading() as session:
        query = select(func.count()).where(col(Callback.verdict) == "mismatch")
        left = session.exec(query).one()
    database.close()
    return left


async def _nothing(bench: Bench) -> None:
    del bench


async def _sweep(bench: Bench) -> None:
    """In a process of its own, as a worker's is."""
    await _run("-m", "tests.bench.sweeping", bench.url)


async def _back_up(bench: Bench) -> None:
    """One copy after another: one alone is over before many customers have come."""
    store = Path(bench.url.removeprefix("sqlite:///"))
    for nth in count():
        copy = f"{store}.copy{nth}"
        await _run("-c", BACK_UP, bench.url, copy)
        await asyncio.to_thread(Path(copy).unlink)


BACK_UP = (
    "import sys, pathlib; from app.records.backup import back_up;"
    " back_up(sys.argv[1], pathlib.Path(sys.argv[2]))"
)


async def _run(*arguments: str) -> None:
    program = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        if await program.wait():
            raise RuntimeError("what should go on beside the results has failed")
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


async def _flood(bench: Bench) -> None:
    """From so many connections, each sends its next unsigned result when answered."""
    numbers = count()

    async def send() -> None:
        connection = await connect(bench.desk)
        while True:
            await connection.ask(callback_request(f"FLOOD-{next(numbers)}", verified=False))

    await asyncio.gather(*(send() for _ in range(FLOODING)))


async def _sign_in(bench: Bench) -> None:
    """All at once, and again when all have their answer, whatever it is."""
    request = post("/login", urlencode(FORM).encode())

    async def one() -> None:
        connection = await connect(bench.desk)
        # A redirect, or a word that too many ask: not a 200 either way.
        with suppress(RuntimeError):
            await connection.ask(request)
        connection.close()

    while True:
        await asyncio.gather(*(one() for _ in range(SIGN_INS)))


WORKS: dict[str, Work] = {
    "a sweep": _sweep,
    "a backup": _back_up,
    "a flood": _flood,
    "forty sign-ins": _sign_in,
}
