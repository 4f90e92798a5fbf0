"""A desk that starts where nothing can be written says so, lets people in, and forgets nothing."""

from __future__ import annotations

import resource
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import ADMIN
from tests.conftest import move_in
from tests.desk.callbacks.cast import body, tampered
from tests.plain import plain_client
from tests.processes import DeskProcess, desk_process
from tests.waiting import until

RETURN = "/netcash/return"
NOTE = 64
"""Bytes of the note of what was lost: with so much room nothing else can be written."""


class WithoutRoom(DeskProcess):
    """No file of it grows beyond 32 KiB, which is what a SQLite file needs beside it to be read."""

    under = ("sh", "-c", 'ulimit -f 64; exec "$@"', "sh")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Path:
    """The folder of a desk that was killed."""
    folder = move_in(tmp_path_factory.mktemp("killed"), blank_database)
    with desk_process(folder) as desk, plain_client(desk.url) as customer:
        assert customer.post(RETURN, content=body("A1")).status_code == 200
        desk.stop(signal.SIGKILL)
    return folder


@pytest.fixture
def without_room(killed: Path, tmp_path: Path) -> Iterator[WithoutRoom]:
    desk = WithoutRoom(shutil.copytree(killed, tmp_path, dirs_exist_ok=True))
    try:
        yield desk
    finally:
        if desk.is_alive:
            desk.stop(signal.SIGKILL)


def take_all_room(desk: DeskProcess) -> None:
    """To its end no file of this process grows, but for what is written over."""
    _, hard = resource.prlimit(desk.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (NOTE, hard))


def test_it_lets_an_admin_in_answers_customers_and_says_what_is_wrong(
    without_room: WithoutRoom,
) -> None:
    with without_room.client() as admin, plain_client(without_room.url) as customer:
        assert "Nothing can be stored" in admin.get("/").text
        answer = customer.post(RETURN, content=tampered("LOST"))
        assert answer.status_code == 503
        assert "<form" in answer.text
        assert customer.get("/sandbox/guide").status_code == 200
        shown = admin.get("/").text
        assert "Results are being lost" in shown
        assert "1 result of a customer could not be stored" in shown
        assert admin.get("/callbacks").status_code == 200
        assert admin.post("/logout").status_code == 303
        assert admin.get("/").status_code == 303
    assert without_room.stop() == 0


@pytest.mark.soak
def test_guessing_passwords_is_throttled_there_as_well(without_room: WithoutRoom) -> None:
    with plain_client(without_room.url) as stranger:
        wrong = {"email": ADMIN.email, "password": "wrong"}
        answers = [stranger.post("/login", data=wrong).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


@pytest.mark.soak
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_lost_is_told_after_the_next_start(tmp_path: Path, end: signal.Signals) -> None:
    with desk_process(tmp_path) as desk, plain_client(desk.url) as customer:
        take_all_room(desk)
        for number in range(3):
            lost = customer.post(RETURN, content=tampered(f"LOST-{number}"))
            assert lost.status_code == 503
        desk.stop(end)
    with desk_process(tmp_path) as desk, desk.client() as admin:
        until(lambda: "could not be stored at all: 3" in admin.get("/callbacks").text)
        assert "3 results of customers could not be stored" in admin.get("/").text
        desk.stop(end)
    with desk_process(tmp_path) as desk, desk.client() as admin:
        assert "could not be stored at all: 3" in admin.get("/callbacks").text
