"""Callbacks committed and answered, beside an endpoint that does one durable insert a request.

A callback that brings money makes work: it is verified, moves its order and has a lookup asked.
That follows when the rush is over; how fast is reported.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from itertools import count

from tests.bench.callback_requests import callback_request, store_orders
from tests.bench.load import Connection, Load, Turn, in_turns
from tests.bench.measurement import Measurement, at_least, plain, within
from tests.bench.receiving import Bench, catch_up, on_postgresql, on_sqlite, one_insert, unprocessed

CONNECTIONS = 16
ORDERS = 150_000


def measure() -> Iterator[Measurement]:
    """On SQLite with its promises, on PostgreSQL for the record."""
    with on_sqlite() as bench:
        for kind, floor, ours in _loads(bench):
            yield from _figures(bench, kind, floor, ours)
            yield at_least(f"{kind} results, SQLite", ours.rate, "1/s", 0.4, floor.rate)
            spread = ours.p99 / ours.p50
            yield within(f"{kind} results, SQLite, p99 / p50", spread, "", 10)
            yield _catching_up(bench, kind)
    with on_postgresql() as bench:
        for kind, floor, ours in _loads(bench):
            yield from _figures(bench, kind, floor, ours)
            ratio = ours.rate / floor.rate
            yield plain(f"{kind} results, PostgreSQL, {ratio:.2f} of floor", ours.rate, "1/s")
            yield plain(f"{kind} results, PostgreSQL, p99 / p50", ours.p99 / ours.p50, "")
            yield _catching_up(bench, kind)


def _loads(bench: Bench) -> Iterator[tuple[str, Load, Load]]:
    numbers = [f"BENCH-{number}" for number in range(ORDERS)]
    store_orders(bench.url, numbers)
    for kind in ("unverified", "verified"):
        bringing = _bringing(numbers, verified=kind == "verified")
        asked = ((bench.floor, one_insert), (bench.desk, bringing))
        waiting = partial(catch_up, bench.url)
        floor, ours = in_turns(*asked, connections=CONNECTIONS, catch_up=waiting)
        yield kind, floor, ours


def _figures(bench: Bench, kind: str, floor: Load, ours: Load) -> Iterator[Measurement]:
    yield plain(f"inserts beside {kind} results, {bench.name}: floor", floor.rate, "1/s")
    yield plain(f"{kind} results, {bench.name}, p50", ours.p50 * 1000, "ms")


def _catching_up(bench: Bench, kind: str) -> Measurement:
    """How fast what the rush left behind is processed."""
    began, waiting = time.monotonic(), unprocessed(bench.url)
    catch_up(bench.url)
    rate = waiting / (time.monotonic() - began)
    return plain(f"{kind} results, {bench.name}: judged after the rush", rate, "1/s")


def _bringing(numbers: list[str], *, verified: bool) -> Turn:
    """Each turn brings the callback of the next order."""
    places = count()

    async def turn(connection: Connection) -> None:
        await connection.ask(callback_request(numbers[next(places)], verified=verified))

    return turn
