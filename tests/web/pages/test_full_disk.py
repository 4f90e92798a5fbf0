"""A disk that fills in the middle of a flood: loud, harmless, and over once there is room."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest
from sqlmodel import select

from app.records.callbacks import Callback
from app.records.database import Database, sqlite_url
from tests.desk.callbacks.cast import tampered
from tests.plain import plain_client
from tests.processes import DeskProcess, desk_process
from tests.waiting import until

LOUD = "Results are being lost"
OVER = "Results were lost"
ENOUGH = 20
"""Answers of a kind before a test goes on."""


class Flood:
    """Customers who bring results until the block ends. Every body is kept by its answer."""

    def __init__(self, url: str, name: str) -> None:
        self.stored: list[bytes] = []
        self.refused: list[bytes] = []
        self.other: list[int] = []
        self._url, self._name = url, name
        self._over = threading.Event()
        self._crowd = [threading.Thread(target=self._bring, args=(n,)) for n in range(6)]

    def _bring(self, place: int) -> None:
        number = 0
        with plain_client(self._url) as customer:
            while not self._over.is_set():
                number += 1
                raw = tampered(f"{self._name}-{place}-{number}")
                status = customer.post("/netcash/return", content=raw).status_code
                kinds = {200: self.stored, 503: self.refused}
                kinds[status].append(raw) if status in kinds else self.other.append(status)

    def __enter__(self) -> Self:
        for one in self._crowd:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._crowd:
            one.join()


@contextmanager
def full_disk(desk: DeskProcess) -> Iterator[None]:
    """While the block lasts no file of this process can be written: the kernel refuses it."""
    soft, hard = resource.prlimit(desk.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(desk.pid, resource.RLIMIT_FSIZE, (soft, hard))


def callbacks(folder: Path) -> list[Callback]:
    with closing(Database(sqlite_url(folder / "desk.db"))) as database, database.reading() as found:
        return list(found.exec(select(Callback)).all())


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=pytest.mark.soak)])
def test_a_disk_that_fills_in_mid_flood_loses_nothing_that_was_answered(
    moved_in: Path, rounds: int
) -> None:
    with desk_process(moved_in) as desk, desk.client() as operator:
        assert LOUD not in operator.get("/").text
        for number in range(rounds):
            with Flood(desk.url, f"F{number}") as flood:
                until(lambda: len(flood.stored) >= ENOUGH)
                with full_disk(desk):
                    until(lambda: len(flood.refused) >= ENOUGH)
                    overview = operator.get("/")
                before = len(flood.stored)
                until(lambda: len(flood.stored) >= before + ENOUGH)  # noqa: B023
            assert (overview.status_code, LOUD in overview.text) == (200, True)
            there = {one.body for one in callbacks(moved_in)}
            assert flood.other == []
            assert set(flood.stored) <= there
            assert not there & set(flood.refused)
        until(lambda: all(one.judged_at for one in callbacks(moved_in)))


@pytest.mark.soak
def test_what_one_process_lost_every_process_tells_once_storing_works_again(
    tmp_path: Path,
) -> None:
    with desk_process(tmp_path) as desk, desk_process(tmp_path) as other:
        with full_disk(desk), httpx.Client(base_url=desk.url) as customer:
            for number in range(3):
                lost = customer.post("/netcash/return", content=tampered(f"LOST-{number}"))
                assert lost.status_code == 503
        with other.client() as elsewhere, desk.client() as here:
            until(lambda: OVER in elsewhere.get("/").text)
            for operator in (elsewhere, here):
                shown = operator.get("/").text
                assert "3 results of customers could not be stored" in shown
                assert LOUD not in shown
            assert "could not be stored at all: 3" in elsewhere.get("/callbacks").text
