"""A desk that is being tried: its sandbox is on, so it may send to this machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.conftest import Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    settings = replace(stage.desk.settings, sandbox_url="http://127.0.0.1:1")
    stage.desk = replace(stage.desk, settings=settings)
    return stage
