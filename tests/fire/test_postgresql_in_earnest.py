"""PostgreSQL behind a pooler, stopped, and used up: each customer gets an answer in time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlmodel import select

from app.records.callbacks import Callback
from app.records.database import Database
from app.records.dropped_callbacks import unseen_losses
from tests.conftest import SECRET_KEY
from tests.desk.callbacks.cast import tampered
from tests.pgbouncer import PROGRAM, pooled
from tests.plain import get, plain_client
from tests.postgresql import fresh_database, running_postgresql
from tests.processes import DeskProcess, desk_process
from tests.waiting import until
from tests.walk import Operator

pytestmark = pytest.mark.soak

GIVEN_UP_AFTER = 60
"""Seconds after which whoever asks, or tells to stop, was left hanging. How soon an answer comes
is the machine's affair and the time-outs': that these make ten seconds at most is held in
tests/records/test_postgresql.py."""

CUSTOMERS = 40
SEND_AGAIN = '<form method="post"'


@pytest.fixture
def own_server() -> Iterator[str]:
    """A server of this test's own, to stop."""
    with running_postgresql() as url:
        yield fresh_database(url, "desk")


def settings(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "SANDBOX": "on"}


def bring(url: str, number: str) -> httpx.Response:
    began = time.monotonic()
    with plain_client(url) as client:
        answer = client.post("/netcash/return", content=tampered(number))
    assert time.monotonic() - began < GIVEN_UP_AFTER
    assert answer.status_code in (200, 503), answer.status_code
    assert answer.status_code == 200 or SEND_AGAIN in answer.text
    return answer


def bring_many(url: str, name: str, number: int = CUSTOMERS) -> list[bool]:
    """So many results at once; which were stored, as far as their customers know."""
    with ThreadPoolExecutor(number) as crowd:
        asked = [crowd.submit(bring, url, f"{name}{place}") for place in range(number)]
        return [one.result().status_code == 200 for one in asked]


@contextmanager
def stopped(processes: Sequence[int]) -> Iterator[None]:
    """While the block lasts these processes do nothing, and their connections stay open."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def server_and_children(url: str) -> list[int]:
    with psycopg.connect(url) as admin:
        folder = admin.execute("SHOW data_directory").fetchone()
    assert folder
    server = int((Path(folder[0]) / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [server, *map(int, children)]


def all_is_judged(url: str) -> bool:
    database = Database(url)
    try:
        with database.reading() as session:
            verdicts = session.exec(select(Callback.verdict)).all()
            lost, _ = unseen_losses(session)
            return all(verdicts) and not lost
    finally:
        database.close()


@pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed on this machine.")
def test_a_desk_works_through_a_pooler_in_transaction_mode(own_server: str, tmp_path: Path) -> None:
    with pooled(own_server) as url, ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        desks: list[DeskProcess] = [
            stack.enter_context(desk_process(folder, **settings(url))) for folder in folders
        ]
        with desks[0].client() as client:
            operator = Operator(client)
            order = operator.create()
            operator.wait_for(order, claim=("REQSUCCESS", "exec", None))
            for turn in range(5):
                for desk in desks:
                    assert all(bring_many(desk.url, f"P{turn}-{desk.port}-"))
            for path in ("/", "/orders", "/callbacks", "/exchanges", "/audit", "/readyz"):
                assert client.get(path).status_code == 200, path
        until(lambda: all_is_judged(own_server))
        for desk in desks:
            began = time.monotonic()
            assert desk.stop() == 0
            assert time.monotonic() - began < GIVEN_UP_AFTER
            assert "Traceback" not in "".join(desk.lines)


def test_while_the_server_is_stopped_everybody_gets_an_answer_and_what_was_stored_is_judged(
    own_server: str, tmp_path: Path
) -> None:
    with desk_process(tmp_path, **settings(own_server)) as desk:
        assert all(bring_many(desk.url, "A"))
        processes = server_and_children(own_server)
        with ThreadPoolExecutor(1) as beside, stopped(processes):
            under_way = beside.submit(bring_many, desk.url, "B")
            assert not any(bring_many(desk.url, "C"))
            with plain_client(desk.url) as client:
                for path in ("/login", "/readyz"):
                    assert client.get(path).status_code in (200, 503), path
            assert get(f"{desk.url}/healthz").status_code == 200
            assert not any(under_way.result())
        until(lambda: get(f"{desk.url}/readyz").status_code == 200)
        assert all(bring_many(desk.url, "D"))
        until(lambda: judged(own_server) == stored(own_server))
        processes = server_and_children(own_server)
        with stopped(processes), ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(bring_until_cut, desk.url)
            time.sleep(1)
            began = time.monotonic()
            desk.stop()
            assert time.monotonic() - began < GIVEN_UP_AFTER
            assert waiting.result() in (503, None)
        assert "Traceback" not in "".join(desk.lines)


def bring_until_cut(url: str) -> int | None:
    try:
        return bring(url, "E").status_code
    except httpx.HTTPError:
        return None


def stored(url: str) -> int:
    with psycopg.connect(url) as admin:
        return one_number(admin.execute("SELECT count(*) FROM callbacks").fetchone())


def judged(url: str) -> int:
    query = "SELECT count(*) FROM callbacks WHERE judged_at IS NOT NULL"
    with psycopg.connect(url) as admin:
        return one_number(admin.execute(query).fetchone())


def one_number(row: tuple[int] | None) -> int:
    assert row
    return row[0]


def test_where_the_servers_connections_are_used_up_everybody_gets_an_answer(
    own_server: str, tmp_path: Path
) -> None:
    with desk_process(tmp_path, **settings(own_server)) as desk, ExitStack() as stack:
        assert all(bring_many(desk.url, "A"))
        terminate_others(own_server)
        use_up(own_server, stack)
        bring_many(desk.url, "B")
        with plain_client(desk.url) as client:
            for path in ("/login", "/orders", "/readyz"):
                assert client.get(path).status_code in (200, 303, 503), path
        stack.close()
        until(lambda: get(f"{desk.url}/readyz").status_code == 200)
        assert all(bring_many(desk.url, "C"))
        until(lambda: judged(own_server) == stored(own_server))
        assert "Traceback" not in "".join(desk.lines)


def use_up(url: str, stack: ExitStack) -> None:
    """Open connections until the server has none left."""
    with suppress(psycopg.OperationalError):
        while True:
            stack.enter_context(psycopg.connect(url))


def terminate_others(url: str) -> None:
    others = sql.SQL(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(others)
