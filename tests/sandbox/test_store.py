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
