"""Callbacks committed and answered, beside an endpoint that does one durable insert a request.

A callback that brings money makes work: it is verified, moves its order and has a lookup asked.
That follows when the rush is over; how fast is reported.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import col, func, select

from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from tests.bench import programs
from tests.bench.callback_requests import callback_request, store_orders
from tests.bench.load import Connection, Load, Turn, in_turns, post
from tests.bench.measurement import Measurement, at_least, plain, within
from tests.postgresql import fresh_database, running_postgresql

CONNECTIONS = 16
ORDERS = 150_000
LONGEST_WAIT = 120.0


@dataclass
class Bench:
    """A desk and a floor over databases of the same kind: their ports, and the desk's database."""

    name: str
    desk: int
    floor: int
    url: str


def measure() -> Iterator[Measurement]:
    """On SQLite with its promises, on PostgreSQL for the record."""
    with _on_sqlite() as bench:
        for kind, floor, ours in _loads(bench):
            yield from _figures(bench, kind, floor, ours)
            yield at_least(f"{kind} results, SQLite", ours.rate, "1/s", 0.4, floor.rate)
            spread = ours.p99 / ours.p50
            yield within(f"{kind} results, SQLite, p99 / p50", spread, "", 10)
            yield _catching_up(bench, kind)
    with _on_postgresql() as bench:
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
        asked = ((bench.floor, _one_insert), (bench.desk, bringing))
        catch_up = partial(_catch_up, bench.url)
        floor, ours = in_turns(*asked, connections=CONNECTIONS, catch_up=catch_up)
        yield kind, floor, ours


def _figures(bench: Bench, kind: str, floor: Load, ours: Load) -> Iterator[Measurement]:
    yield plain(f"inserts beside {kind} results, {bench.name}: floor", floor.rate, "1/s")
    yield plain(f"{kind} results, {bench.name}, p50", ours.p50 * 1000, "ms")


def _catching_up(bench: Bench, kind: str) -> Measurement:
    """How fast what the rush left behind is processed."""
    began, waiting = time.monotonic(), _unprocessed(bench.url)
    _catch_up(bench.url)
    rate = waiting / (time.monotonic() - began)
    return plain(f"{kind} results, {bench.name}: judged after the rush", rate, "1/s")


def _catch_up(url: str) -> None:
    """Wait until every callback has been processed."""
    deadline = time.monotonic() + LONGEST_WAIT
    while _unprocessed(url):
        if time.monotonic() > deadline:
            raise RuntimeError("the desk does not come to judge what it has received")
        time.sleep(0.1)


def _unprocessed(url: str) -> int:
    database = Database(url)
    with database.reading() as session:
        query = select(func.count()).where(col(Callback.judged_at).is_(None))
        number = session.exec(query).one()
    database.close()
    return number


async def _one_insert(connection: Connection) -> None:
    await connection.ask(_INSERT)


_INSERT = post("/", b"." * 150)


def _bringing(numbers: list[str], *, verified: bool) -> Turn:
    """Each turn brings the callback of the next order."""
    places = count()

    async def turn(connection: Connection) -> None:
        await connection.ask(callback_request(numbers[next(places)], verified=verified))

    return turn


@contextmanager
def _on_sqlite() -> Iterator[Bench]:
    with (
        TemporaryDirectory() as folder,
        programs.desk(Path(folder)) as desk,
        programs.floor_of_commits(str(Path(folder) / "floor.db")) as floor,
    ):
        yield Bench("SQLite", desk, floor, sqlite_url(Path(folder) / "desk.db"))


@contextmanager
def _on_postgresql() -> Iterator[Bench]:
    with TemporaryDirectory() as folder, running_postgresql() as server:
        url = fresh_database(server, "desk")
        with (
            programs.desk(Path(folder), DATABASE_URL=url, SECRET_KEY="k" * 43) as desk,
            programs.floor_of_commits(fresh_database(server, "floor")) as floor,
        ):
            yield Bench("PostgreSQL", desk, floor, url)
