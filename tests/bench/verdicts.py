"""What customers read: the share that reads a verdict, at a steady rate and all in one instant.

Each is a browser of its own: a connection, one verified result of an order that waits, one page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import islice

from tests.bench.callback_requests import callback_request, store_orders
from tests.bench.load import connect
from tests.bench.measurement import Measurement, at_least, plain
from tests.bench.receiving import Bench, on_postgresql, on_sqlite

SECONDS = 10.0
RATES = {50: 0.99, 200: 0.99, 400: None}
"""Customers a second, and the share of them that is promised a verdict."""

AT_ONCE, INSTANTS = 100, 5
BETWEEN_INSTANTS = 2.0
"""Seconds: a crowd has gone before the next one comes."""

PAID = b"Your payment is complete"


def measure() -> Iterator[Measurement]:
    """In one process, on SQLite and on PostgreSQL."""
    for place in (on_sqlite, on_postgresql):
        with place() as bench:
            yield from _measured(bench)


def _measured(bench: Bench) -> Iterator[Measurement]:
    numbers = [f"READ-{number}" for number in range(20_000)]
    store_orders(bench.url, numbers)
    to_come = iter(numbers)
    for rate, promised in RATES.items():
        sending = list(islice(to_come, int(rate * SECONDS)))
        share = asyncio.run(_bring(bench.desk, sending, 1 / rate))
        yield _share(f"{rate} a second", bench, share, promised)
    shares = []
    for _ in range(INSTANTS):
        time.sleep(BETWEEN_INSTANTS)
        shares.append(asyncio.run(_bring(bench.desk, list(islice(to_come, AT_ONCE)), 0)))
    yield _share(f"{AT_ONCE} at once", bench, sum(shares) / INSTANTS, 0.99)


def _share(crowd: str, bench: Bench, share: float, promised: float | None) -> Measurement:
    name = f"customers who read a verdict, {crowd}, {bench.name}"
    return at_least(name, share, "", promised, 1) if promised else plain(name, share, "")


async def _bring(port: int, numbers: Sequence[str], gap: float) -> float:
    """The share that reads "paid" of customers who come so many seconds apart."""
    began = time.perf_counter()
    pages = []
    async with asyncio.TaskGroup() as customers:
        for nth, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + nth * gap - time.perf_counter()))
            pages.append(customers.create_task(_read(port, number)))
    return sum(PAID in page.result() for page in pages) / len(pages)


async def _read(port: int, number: str) -> bytes:
    connection = await connect(port)
    page = await connection.ask(callback_request(number))
    connection.close()
    return page
