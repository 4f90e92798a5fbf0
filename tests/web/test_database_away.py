"""A desk whose PostgreSQL fails in earnest: everybody gets an answer, and it ends when told to."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlmodel import select

from app.records.callbacks import Callback
from app.records.postgresql import Patience
from tests.conftest import SECRET_KEY, Served, serving, settings_for
from tests.desk.callbacks.cast import tampered
from tests.plain import post
from tests.processes import Process, desk_process
from tests.proxy import Proxy, Way, proxied
from tests.waiting import until

HURRIED = Patience(connect=2, free=0.3, lock=0.5, statement=0.5, answer=1.0, ping=0.5)
SEND_AGAIN = '<form method="post"'


@pytest.fixture
def proxy(postgresql: str) -> Iterator[Proxy]:
    with proxied(postgresql) as between:
        yield between


@pytest.fixture
def served(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A desk that does not wait long for its database."""
    monkeypatch.setattr("app.records.database.usual_patience", lambda: HURRIED)
    monkeypatch.setattr("app.records.group_writer.ANSWER_SECONDS", 1.5)
    with serving(settings_for(tmp_path, database_url=proxy.url)) as desk:
        yield desk
        proxy.way = Way.PASS


def bring(client: httpx.Client, order_id: str) -> httpx.Response:
    return client.post("/netcash/return", content=tampered(order_id))


def stored(served: Served) -> set[str]:
    with served.app.state.desk.database.reading() as session:
        bodies = session.exec(select(Callback.body)).all()
    return {order for order in ("A1", "B1", "C1") for body in bodies if order.encode() in body}


def test_while_it_is_silent_everybody_gets_an_answer(served: Served, proxy: Proxy) -> None:
    with closing(served.client()) as client:
        assert bring(client, "A1").status_code == 200
        proxy.way = Way.SWALLOW
        lost = bring(client, "B1")
        assert lost.status_code == 503
        assert SEND_AGAIN in lost.text
        for path in ("/orders", "/login", "/callbacks"):
            assert client.get(path).status_code == 503, path
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        proxy.way = Way.PASS
        until(lambda: client.get("/readyz").status_code == 200)
        assert client.get("/orders").status_code == 200
        until(lambda: bring(client, "C1").status_code == 200)
        assert stored(served) >= {"A1", "C1"}


def test_a_customer_whose_commit_was_carried_out_unheard_may_send_again(
    served: Served, proxy: Proxy
) -> None:
    with closing(served.client(None)) as client:
        proxy.way = Way.CUT_AFTER_COMMIT
        unheard = bring(client, "A1")
        assert unheard.status_code == 503
        assert SEND_AGAIN in unheard.text
        proxy.way = Way.PASS
        until(lambda: bring(client, "A1").status_code == 200)
        until(lambda: stored(served) == {"A1"})


def test_while_it_takes_no_writes_a_customer_keeps_their_result(
    served: Served, postgresql: str
) -> None:
    name = postgresql.rsplit("/", 1)[1]
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> "
    with (
        closing(served.client(None)) as client,
        psycopg.connect(postgresql, autocommit=True) as admin,
    ):
        admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        admin.execute(f"{others} pg_backend_pid()", (name,))
        lost = bring(client, "A1")
        assert (lost.status_code, SEND_AGAIN in lost.text) == (503, True)
        assert client.get("/readyz").status_code == 503
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        until(lambda: bring(client, "B1").status_code == 200)
        assert stored(served) == {"B1"}


def test_an_outage_fills_the_log_with_counts(
    served: Served, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(served.client()) as client:
        proxy.close()
        for number in range(20):
            assert client.get("/orders").status_code == 503
            assert bring(client, f"X{number}").status_code == 503
    assert "Traceback" not in caplog.text
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    of_what = [line.partition(" (")[0] for line in said]
    assert len(of_what) == len({*of_what}), said


def test_a_process_that_hangs_ends_all_the_same() -> None:
    program = (
        "import threading, time\n"
        "from app.server.ending import end_within\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "end_within(0.1)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert ended.returncode == 1


@pytest.mark.soak
def test_told_to_stop_it_ends_in_ten_seconds_though_its_database_is_silent(
    tmp_path: Path, proxy: Proxy
) -> None:
    settings = {"DATABASE_URL": proxy.url, "SECRET_KEY": SECRET_KEY}
    worker = Process(tmp_path, "work", **settings)
    with desk_process(tmp_path, **settings) as desk, ThreadPoolExecutor() as crowd:
        proxy.way = Way.SWALLOW
        waiting = [crowd.submit(bring_alone, desk.url) for _ in range(5)]
        # Each is in the middle of something that the database does not answer.
        time.sleep(1)
        for process in (desk, worker):
            began = time.monotonic()
            process.stop(signal.SIGTERM)
            assert time.monotonic() - began < 10
        assert {one.result() for one in waiting} <= {503, None}


def bring_alone(url: str) -> int | None:
    """The status of the answer to a result; None where the connection was cut."""
    try:
        return post(f"{url}/netcash/return", data={"OrderID": "A1"}).status_code
    except httpx.HTTPError:
        return None
