"""One world for all histories of a process: an engine that knows its statements is a quick one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.records.database import Database, sqlite_url
from tests.model.cast import Customer, Forger, Gatekeeper, Operator, OtherSystem
from tests.model.clock import Clock
from tests.model.dutiful import DutifulOperator
from tests.model.world import World


@pytest.fixture(scope="session")
def kept_world(blank_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A desk over a SQLite database, with a gateway that is a model."""
    path = tmp_path_factory.mktemp("model") / "desk.db"
    shutil.copy(blank_database, path)
    database = Database(sqlite_url(path))
    world = World(database, Clock())
    yield world
    world.close()
    database.close()


@pytest.fixture
def world(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """That world as at the beginning, in its own time."""
    monkeypatch.setattr("app.clock.datetime", kept_world.clock)
    kept_world.begin()
    return kept_world


@pytest.fixture
def operator(world: World) -> Operator:
    return Operator(world)


@pytest.fixture
def dutiful(world: World, operator: Operator) -> DutifulOperator:
    return DutifulOperator(world, operator)


@pytest.fixture
def customer(world: World) -> Customer:
    return Customer(world)


@pytest.fixture
def gatekeeper(world: World) -> Gatekeeper:
    return Gatekeeper(world)


@pytest.fixture
def other(world: World) -> OtherSystem:
    return OtherSystem(world)


@pytest.fixture
def forger(world: World) -> Forger:
    return Forger(world)
