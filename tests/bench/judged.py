"""Judged and applied, sustained: callbacks that move their orders, beside durable inserts.

First a great pile that somebody left, which nothing else disturbs; then as they come in, at a
steady rate that is a share of the floor.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import count, islice

from app.clock import now
from app.desk.callbacks.raw import INSERT, TARGET, raw_row
from app.records.database import Database
from app.records.keys import key_at
from app.records.order_search import file_waiting
from tests.bench.callback_requests import callback_body, callback_request, store_orders
from tests.bench.load import Load, connect, drive
from tests.bench.measurement import Measurement, at_least, plain
from tests.bench.receiving import Bench, catch_up, on_postgresql, on_sqlite, one_insert, unprocessed

CONNECTIONS = 16
ROUNDS = 2
FLOOR_SECONDS = 4.0
PILE = 15_000
"""Callbacks left in each round: the second until somebody looks for them is a small part."""

SHARES = (0.1, 0.2)
"""Of the floor: the steady rates."""

FILED_AT_ONCE = 2_000
STEADY_SECONDS = 10.0
LONG_AGO = timedelta(minutes=1)


def measure() -> Iterator[Measurement]:
    """On SQLite and on PostgreSQL, with the same promise."""
    for place in (on_sqlite, on_postgresql):
        with place() as bench:
            yield from _measured(bench)


def _measured(bench: Bench) -> Iterator[Measurement]:
    numbers = [f"JUDGED-{number}" for number in range(100_000)]
    store_orders(bench.url, numbers)
    _let_them_be_filed(bench.url)
    to_come = iter(numbers)
    floor, judged = Load(), Load()
    for _ in range(ROUNDS):
        floor.add(drive(bench.floor, CONNECTIONS, FLOOR_SECONDS, one_insert))
        judged.add(_pile(bench, list(islice(to_come, PILE))))
    yield plain(f"inserts beside judging, {bench.name}: floor", floor.rate, "1/s")
    yield at_least(f"judged and applied, {bench.name}", judged.rate, "1/s", 0.2, floor.rate)
    for share in SHARES:
        wanted = floor.rate * share
        sending = list(islice(to_come, int(wanted * STEADY_SECONDS)))
        rate = asyncio.run(_steady(bench, sending, wanted))
        name = f"judged of {wanted:.0f} a second coming in, {bench.name}"
        yield plain(name, rate, "1/s")
        catch_up(bench.url)


def _let_them_be_filed(url: str) -> None:
    """No desk has so many orders at once of which its search knows nothing."""
    with closing(Database(url)) as database:
        for _ in count():
            with database.writing() as session:
                if not file_waiting(session, FILED_AT_ONCE):
                    break
        database.analyze()


def _pile(bench: Bench, numbers: Sequence[str]) -> Load:
    """Leave callbacks as a dead process would have, and wait until they are judged."""
    rows = [raw_row(callback_body(number), [(TARGET, "/netcash/return")], "") for number in numbers]
    for row in rows:
        row["id"] = key_at(now() - LONG_AGO)
    database = Database(bench.url)
    database.append(INSERT, rows)
    database.close()
    began = time.perf_counter()
    catch_up(bench.url)
    return Load(len(numbers), time.perf_counter() - began)


async def _steady(bench: Bench, numbers: Sequence[str], rate: float) -> float:
    """How many a second are judged while so many a second come in."""
    free: asyncio.Queue[int] = asyncio.Queue()
    connections = [await connect(bench.desk) for _ in range(2 * CONNECTIONS)]
    for place in range(len(connections)):
        free.put_nowait(place)
    began = time.perf_counter()

    async def bring(place: int, number: str) -> None:
        await connections[place].ask(callback_request(number))
        free.put_nowait(place)

    async with asyncio.TaskGroup() as customers:
        for nth, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + nth / rate - time.perf_counter()))
            customers.create_task(bring(await free.get(), number))
    left, seconds = unprocessed(bench.url), time.perf_counter() - began
    for connection in connections:
        connection.close()
    return (len(numbers) - left) / seconds
