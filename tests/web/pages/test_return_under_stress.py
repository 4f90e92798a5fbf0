"""RetURL when it matters: killed processes, any bytes, replays, a full disk. Nothing is lost."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import col, select

from app.clock import now
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.health.conditions import JUDGED_WITHIN
from app.main import create_app
from app.records.backlog import unjudged_callbacks
from app.records.callbacks import Callback
from app.records.changes import Change
from app.records.database import Database
from app.records.keys import key_at
from app.records.notifications import Notification
from app.records.shops import Shop
from app.settings import Settings
from tests.conftest import SECRET_KEY, Served, serving, settings_for
from tests.desk.callbacks.cast import an_order, body, tampered
from tests.plain import get, plain_client
from tests.postgresql import free_port
from tests.waiting import GIVEN_UP_AFTER, until

FORM = {"content-type": "application/x-www-form-urlencoded"}
soak = pytest.mark.soak
ROUNDS = 100
ENOUGH = 10
"""Results answered before a round is cut short."""


@contextmanager
def process(
    folder: Path, url: str, port: int, command: str = "serve"
) -> Iterator[subprocess.Popen[bytes]]:
    """The desk as it is deployed, in a process of its own; killed at the end."""
    environment = os.environ | {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET_KEY,
    }
    line = [sys.executable, "-m", "app", command]
    running = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()


def url_of(database: Database) -> str:
    """As a deployer writes it."""
    url = database.engine.url.render_as_string(hide_password=False)
    return url.replace("postgresql+psycopg", "postgresql")


def wait_until_ready(base: str) -> None:
    for _ in range(400):
        with suppress(httpx.HTTPError):
            if get(f"{base}/healthz").status_code == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("the desk did not start")


def wait_for_answers(answered: Sequence[object], number: int) -> None:
    """However busy the machine: until so many were answered, and not for ever."""
    until(lambda: len(answered) >= number)


def bring_without_end(base: str, name: str, answered: list[bytes]) -> None:
    """A crowd's share of results, until the process dies; `answered` are those that got a 200."""
    with suppress(httpx.HTTPError), plain_client(base, headers=FORM) as client:
        for number in range(100_000):
            raw = tampered(f"{name}-{number}")
            if client.post("/netcash/return", content=raw).status_code == 200:
                answered.append(raw)


def left_unjudged(database: Database, number: int) -> None:
    """What a process that died half a minute ago has received and not judged."""
    rows = [raw_row(tampered(f"U{place}"), [], "") for place in range(number)]
    for row in rows:
        row["id"] = key_at(now() - timedelta(seconds=30))
    database.append(INSERT, rows)


def verdicts(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(session.exec(select(Callback.verdict)).all())


def test_what_a_dead_process_left_is_judged_by_a_living_one_without_a_restart(
    any_own_database: Database, tmp_path: Path
) -> None:
    with serving(settings_for(tmp_path, database_url=url_of(any_own_database))):
        left_unjudged(any_own_database, 120)
        wait_until_judged(any_own_database)
    assert verdicts(any_own_database) == ["mismatch"] * 120


def test_a_start_answers_before_it_has_judged_what_was_left(settings: Settings) -> None:
    app = create_app(settings)
    database, go_on = app.state.desk.database, Event()
    left_unjudged(database, 3)

    def hold(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "verdict=" in statement:
            go_on.wait(GIVEN_UP_AFTER)

    event.listen(database.engine, "before_cursor_execute", hold)
    with serving(settings, made=app) as served:
        assert get(f"{served.url}/healthz").status_code == 200
        assert verdicts(database) == [None] * 3
        go_on.set()
        wait_until_judged(database)


@soak
@pytest.mark.parametrize("at_once", [4, 16])
def test_whoever_is_killed_what_was_answered_is_judged_within_half_a_minute(
    any_own_database: Database, tmp_path: Path, at_once: int
) -> None:
    """Two web processes and a worker on one database: one is killed again and again in the midst of
    a crowd, then the other one; the worker alone is left."""
    url, answered = url_of(any_own_database), list[bytes]()
    with process(tmp_path / "worker", url, free_port(), "work"):
        with process(tmp_path / "living", url, free_port()):
            for number in range(ROUNDS // 5):
                bring_until_killed(tmp_path / "killed", url, f"T{number}", at_once, answered)
        time.sleep(JUDGED_WITHIN.total_seconds())
        with any_own_database.reading() as session:
            assert unjudged_callbacks(session).number == 0
            there = set(session.exec(select(Callback.body)).all())
    assert set(answered) <= there


def bring_until_killed(
    folder: Path, url: str, name: str, at_once: int, answered: list[bytes]
) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with process(folder, url, port):
        wait_until_ready(base)
        crowd = [
            Thread(target=bring_without_end, args=(base, f"{name}-{place}", answered))
            for place in range(at_once)
        ]
        for one in crowd:
            one.start()
        wait_for_answers(answered, len(answered) + ENOUGH * at_once)
    for one in crowd:
        one.join()


def random_body(dice: random.Random) -> bytes:
    """Bytes, or a result with something of it spoilt."""
    if dice.random() < 0.5:
        return dice.randbytes(dice.choice([0, 1, 30, 300, 3000]))
    raw = bytearray(body(f"R{dice.randrange(1000)}"))
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(raw))
        raw[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
    return bytes(raw)


@pytest.mark.parametrize("number", [150, pytest.param(100_000, marks=soak)])
def test_any_body_is_stored_as_it_came_and_never_breaks_anything(
    settings: Settings, number: int
) -> None:
    dice = random.Random(number)
    bodies = [random_body(dice) for _ in range(number)]
    # None of them is dropped for its age or their number: that is tested elsewhere.
    with serving(settings.model_copy(update={"unverified_number": 10 * number})) as served:
        with served.client(None) as visitor:
            statuses = {
                visitor.post("/netcash/return", content=raw, headers=FORM).status_code
                for raw in bodies
            }
        assert statuses == {200}
        with served.app.state.desk.database.reading() as session:
            assert sorted(session.exec(select(Callback.body)).all()) == sorted(bodies)


@pytest.mark.parametrize("times", [60, pytest.param(1000, marks=soak)])
def test_a_replay_changes_nothing_after_the_first(served: Served, times: int) -> None:
    database = served.app.state.desk.database
    with database.writing() as session:
        session.add(an_order(session.exec(select(Shop)).one(), "R1"))
    raw = body("R1")
    with served.client(None) as visitor:
        for _ in range(times):
            assert visitor.post("/netcash/return", content=raw).status_code == 200
    wait_until_judged(database)
    with database.reading() as session:
        moves = [one for one in session.exec(select(Change)).all() if one.callback_key]
    assert len(moves) == 1
    with closing(served.client()) as operator:
        text = operator.get("/callbacks?q=R1").text
    assert re.findall(r'data-verdict="(.*?)"', text) == ["verified"]
    assert f"and {times - 1} more" in text


def wait_until_judged(database: Database) -> None:
    waiting = select(Callback.id).where(col(Callback.judged_at).is_(None)).limit(1)
    for _ in range(600):
        with database.reading() as session:
            if session.exec(waiting).first() is None:
                return
        time.sleep(0.05)


@pytest.mark.parametrize("address", [b"/netcash/return", b"/netcash/notify"])
def test_a_slow_sender_is_cut_off(settings: Settings, address: bytes) -> None:
    with (
        serving(settings.model_copy(update={"sender_seconds": 0.2})) as served,
        socket.create_connection(("127.0.0.1", settings.port), timeout=60) as connection,
    ):
        head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nOrderID="
        connection.sendall(head % address)
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
        with served.app.state.desk.database.reading() as session:
            assert session.exec(select(Callback.id)).all() == []
            assert session.exec(select(Notification.id)).all() == []


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_who_never_comes_to_the_end_of_a_head_is_cut_off(settings: Settings, before: bytes) -> None:
    """On a fresh connection, and on one that has had an answer already."""
    with (
        serving(settings.model_copy(update={"sender_seconds": 0.3})),
        socket.create_connection(("127.0.0.1", settings.port), timeout=60) as connection,
    ):
        if before:
            connection.sendall(before)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"POST /netcash/return HTTP/1.1\r\nHost: x\r\n")
        until(lambda: is_refused(connection, b"X-Drop: 1\r\n"))


def is_refused(connection: socket.socket, sent: bytes) -> bool:
    """Whether the other side no longer takes what is sent."""
    try:
        connection.sendall(sent)
    except OSError:
        return True
    return False
