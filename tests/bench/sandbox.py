"""Whole payments through the sandbox, beside an endpoint that does one durable insert a request.

A flow is five requests: Entry, Exec, Start, pay, Search. The floor is asked five times a flow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from app.protocol.calls import Call
from app.protocol.wire import split_answer
from app.sandbox.calls.merchant_calls import new_token
from app.sandbox.customer.pages import PAYMENT_PATH
from app.sandbox.store.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS, open_store
from app.sandbox.store.trades import new_access_id, new_access_pass
from tests.bench import programs
from tests.bench.load import Connection, in_turns, post
from tests.bench.measurement import Measurement, at_least, at_most, plain, within

STORED = 100_000
SHOP = f"ShopID={DEFAULT_SHOP_ID}&ShopPass={DEFAULT_SHOP_PASS}"
RET_URL = quote_plus("https://shop.example/return?from=gateway")

_numbers = count(1)


def measure() -> Iterator[Measurement]:
    """A sandbox alone, empty and full, at 16 connections and at one."""
    with (
        TemporaryDirectory() as folder,
        programs.floor_of_commits(str(Path(folder) / "floor.db")) as floor,
        programs.sandbox(Path(folder) / "empty.db") as empty,
    ):
        yield from _beside_the_floor(empty, floor)
        _store_flows(Path(folder) / "full.db", STORED)
        with programs.sandbox(Path(folder) / "full.db") as full:
            yield from _full_beside_empty(full, empty)


def _beside_the_floor(sandbox: int, floor: int) -> Iterator[Measurement]:
    theirs, ours = in_turns((floor, _five_inserts), (sandbox, _flow), connections=16)
    yield plain("flows of five inserts, 16 connections: the floor", theirs.rate, "1/s")
    yield at_least("sandbox flows, 16 connections", ours.rate, "1/s", 0.3, theirs.rate)
    spread = ours.p99 / ours.p50
    yield plain("sandbox request, 16 connections, p50", ours.p50 * 1000, "ms")
    yield within("sandbox request, 16 connections, p99 / p50", spread, "", 5)
    theirs, ours = in_turns((floor, _five_inserts), (sandbox, _flow), connections=1)
    yield plain("an insert, one connection, p50: the floor", theirs.p50 * 1000, "ms")
    yield at_most(
        "sandbox request, one connection, p50", ours.p50 * 1000, "ms", 3, theirs.p50 * 1000
    )


def _full_beside_empty(full: int, empty: int) -> Iterator[Measurement]:
    without, stored = in_turns((empty, _flow), (full, _flow), connections=16)
    name = f"sandbox flows with {STORED:,} stored"
    yield at_least(name, stored.rate, "1/s", 0.9, without.rate)


async def _five_inserts(connection: Connection) -> None:
    request = post("/", b"." * 150)
    for _ in range(5):
        await connection.ask(request)


async def _flow(connection: Connection) -> None:
    number = f"BENCH-{os.getpid()}-{next(_numbers)}"

    async def call(call: Call, values: str) -> dict[str, str]:
        body = f"{SHOP}&OrderID={number}&{values}".encode()
        return split_answer(await connection.ask(post(call.path, body)))

    entered = await call(Call.ENTRY, "Amount=1000&Tax=100")
    trade = f"AccessID={entered['accessid']}&AccessPass={entered['accesspass']}"
    executed = await call(Call.EXEC, f"{trade}&RetURL={RET_URL}&NetCashPayType=NETCASH")
    start = f"AccessID={executed['accessid']}&Token={quote_plus(executed['token'])}"
    await connection.ask(post(Call.START.path, start.encode()))
    paying = f"{start}&NetCashID=EXAMPLE0NOT0REAL&action=pay"
    await connection.ask(post(PAYMENT_PATH, paying.encode()))
    found = await call(Call.SEARCH, "PayType=16")
    if found["status"] != "PAYSUCCESS":
        raise RuntimeError(f"the bench's payment ended as {found['status']}")


def _store_flows(store: Path, number: int) -> None:
    """Put whole flows into a store as a sandbox does; its triggers write their history."""
    entered = (
        {"n": n, "id": new_access_id(), "pass": new_access_pass(), "token": new_token()}
        for n in range(number)
    )
    with closing(open_store(store)) as connection:
        connection.execute("begin")
        connection.executemany(
            "insert into trade (ShopID, OrderID, AccessID, AccessPass, Amount, Tax, Status, cause,"
            " scenario, entered_at, processed_at, Token, RetURL) values"
            f" ('{DEFAULT_SHOP_ID}', 'STORED-' || :n, :id, :pass, 1000, 100, 'UNPROCESSED',"
            " 'entry', 'ordinary', :n, :n, :token, 'https://shop.example/return')",
            entered,
        )
        for status, cause in _MOVES:
            connection.execute("update trade set Status = ?, cause = ?", (status, cause))
        connection.execute("commit")


_MOVES: tuple[tuple[str, str], ...] = (
    ("REQSUCCESS", "exec"),
    ("PAYSTART", "start"),
    ("PAYSUCCESS", "paid"),
)
