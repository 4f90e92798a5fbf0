"""One served desk for all journeys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Served, serving, settings_for
from tests.walk import Operator


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Iterator[Served]:
    """One desk with its sandbox on a real socket."""
    folder = tmp_path_factory.mktemp("journeys")
    shutil.copy(blank_database, folder / "desk.db")
    with serving(settings_for(folder, gateway_settle=0)) as served:
        yield served


@pytest.fixture(scope="session")
def operator(desk: Served) -> Iterator[Operator]:
    """An operator without a window, for what only has to be there."""
    with closing(desk.client()) as client:
        yield Operator(client)
