"""What the store promises: one commit for many, none lost, none half done."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from app.protocol.messages import Call
from app.sandbox.store.schema import (
    DEFAULT_SHOP_ID,
    KEEPS_SINCE,
    REQUESTS_KEPT,
    TRADES_KEPT,
)
from app.sandbox.store.store import StoreClosed, StoreWriter
from tests.postgresql import free_port
from tests.sandbox.merchant import Merchant, serving

pytestmark = pytest.mark.anyio


def put(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("insert into setting (name, value) values (?, '')", (name,))


def put_and_fail(connection: sqlite3.Connection, name: str) -> None:
    put(connection, name)
    raise ValueError(name)


def names(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("select name from setting order by name")]


async def test_a_failing_job_hurts_nobody_it_shares_a_commit_with() -> None:
    store = StoreWriter(":memory:")
    await store.open()
    jobs = [store.run(put, "a"), store.run(put_and_fail, "b"), store.run(put, "c")]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(outcome) for outcome in done] == [type(None), ValueError, type(None)]
    assert await store.run(names) == ["a", "c"]
    await store.close()


async def test_what_was_handed_in_before_the_end_is_kept(tmp_path: Path) -> None:
    store = StoreWriter(tmp_path / "sandbox.db")
    await store.open()
    waiting = [asyncio.ensure_future(store.run(put, f"{n:03}")) for n in range(300)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*waiting)
    await store.open()
    assert len(await store.run(names)) == 300
    await store.close()


async def test_a_closed_ledger_refuses_work() -> None:
    with pytest.raises(StoreClosed):
        await StoreWriter(":memory:").run(names)


async def test_the_last_requests_and_trades_are_kept_and_no_more_than_a_thousand_others() -> None:
    store = StoreWriter(":memory:")
    await store.open()
    await store.run(fill, "request", REQUESTS_KEPT + 3000)
    await store.run(fill, "trade", TRADES_KEPT + 3000)
    for table, number in (("request", REQUESTS_KEPT), ("trade", TRADES_KEPT)):
        least, most, kept = await store.run(range_of, table)
        assert (most, most - least + 1) == (number + 3000, kept)
        assert number <= kept < number + 1000
    assert (await store.run(range_of, "history"))[2] == (await store.run(range_of, "trade"))[2]
    await store.close()


def fill(connection: sqlite3.Connection, table: str, number: int) -> None:
    """Rows that say nothing, but for those that must differ."""
    columns = [row for row in connection.execute(f"pragma table_info({table})") if row[3]]
    names = [name for _, name, *_ in columns]
    values = [
        "n"
        if name in ("OrderID", "AccessID")
        else f"'{DEFAULT_SHOP_ID}'"
        if name == "ShopID"
        else "0"
        for name in names
    ]
    connection.execute(
        f"with recursive count (n) as (select 1 union all select n + 1 from count limit {number})"
        f" insert into {table} ({', '.join(names)}) select {', '.join(values)} from count"
    )


def range_of(connection: sqlite3.Connection, table: str) -> tuple[int, int, int]:
    asked = connection.execute(f"select min(id), max(id), count(*) from {table}")
    least, most, kept = asked.fetchone()
    return least, most, kept


async def test_a_store_of_the_version_before_keeps_its_trades(tmp_path: Path) -> None:
    store = StoreWriter(tmp_path / "sandbox.db")
    await store.open()
    await store.run(fill, "trade", 3)
    await store.close()
    before = sqlite3.connect(tmp_path / "sandbox.db")
    before.executescript(f"drop trigger trade_kept; pragma user_version = {KEEPS_SINCE};")
    before.close()
    await store.open()
    assert (await store.run(range_of, "trade"))[2] == 3
    await store.run(fill, "request", 1)
    await store.close()


def test_trades_survive_a_restart_on_another_port(tmp_path: Path) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        trade = merchant.executed()
    with serving(store, late_seconds=0) as merchant:
        assert merchant.status(trade) == "REQSUCCESS"
        assert merchant.press(merchant.start(trade), "pay").results == 1


def test_what_was_answered_before_a_kill_is_there_afterwards(tmp_path: Path) -> None:
    store, port = tmp_path / "sandbox.db", free_port()
    with serving_process(store, port) as process:
        merchant = Merchant(port)
        trades = [merchant.enter() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        merchant.close()
    with serving(store, late_seconds=0) as merchant:
        assert {merchant.status(trade) for trade in trades} == {"UNPROCESSED"}


def serving_process(store: Path, port: int) -> subprocess.Popen[bytes]:
    program = (
        "import sys, uvicorn; from pathlib import Path;"
        "from app.sandbox.app import create_sandbox;"
        "app = create_sandbox(Path(sys.argv[1]), base_url=None, late_seconds=0);"
        "uvicorn.run(app, port=int(sys.argv[2]), log_level='error')"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(store), str(port)])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.post(f"http://127.0.0.1:{port}{Call.SEARCH.path}")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return process
    raise RuntimeError("the sandbox did not start")


def test_the_net_cash_id_is_in_no_file(tmp_path: Path) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        page = merchant.start(merchant.executed())
        typed = page.text.replace("EXAMPLE0NOT0REAL", "MARKER0OF0TYPING")
        merchant.press(type(page)(200, typed, page.headers), "pay")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"PAYSUCCESS" in kept
    assert b"MARKER0OF0TYPING" not in kept
