"""Random histories: whatever people, messages and machines do, some things hold after every act."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.model.history import History, histories, read_history
from tests.model.world import World

# A history sweeps the world before it begins.
ONE_WORLD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(history=histories(8))
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=ONE_WORLD,
)
def test_what_must_hold_holds_after_every_act_of_a_random_history(
    world: World, history: bytes
) -> None:
    History(world).play(*read_history(history))


@pytest.mark.soak
@given(history=histories(24))
@settings(max_examples=20_000, database=None, deadline=None, suppress_health_check=ONE_WORLD)
def test_what_must_hold_holds_in_many_long_histories(world: World, history: bytes) -> None:
    History(world).play(*read_history(history))
