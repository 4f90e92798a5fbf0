"""How large a step is, and when there is a sweep: with a clock that stands until it is moved."""

from __future__ import annotations

import pytest

from app.desk.retention.policy import (
    FIRST_STEP,
    LARGEST_STEP,
    LONGEST,
    SWEEP_AFTER,
    SWEEP_EVERY,
    Step,
    SweepTimes,
)


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("seconds_a_row", [0.00001, 0.0001, 0.001, 0.01])
def test_a_step_grows_to_half_of_what_it_may_take_and_no_further(seconds_a_row: float) -> None:
    step = Step()
    for _ in range(20):
        took = step.size * seconds_a_row
        step.took(step.size, took)
    assert step.size <= LARGEST_STEP
    assert step.size * seconds_a_row <= LONGEST / 2
    assert step.size == LARGEST_STEP or (step.size + 1) * seconds_a_row > LONGEST / 2


def test_a_step_that_took_too_long_is_followed_by_one_that_fits() -> None:
    step = Step()
    step.took(FIRST_STEP, 40 * LONGEST)
    assert step.size == 1
    step.took(1, 40 * LONGEST)
    assert step.size == 1


def test_a_step_at_most_doubles_however_quick_the_last_was() -> None:
    step = Step()
    step.took(FIRST_STEP, 0)
    assert step.size == 2 * FIRST_STEP


def test_a_sweep_is_due_by_the_clock() -> None:
    clock = Clock()
    times = SweepTimes(clock, first=60)
    clock.at += 59
    assert not times.is_due(0)
    clock.at += 1
    assert times.is_due(0)
    times.swept(0)
    clock.at += SWEEP_EVERY - 1
    assert not times.is_due(0)
    clock.at += 1
    assert times.is_due(0)


def test_a_sweep_is_due_when_so_many_bytes_have_arrived() -> None:
    times = SweepTimes(Clock(), first=60)
    assert not times.is_due(SWEEP_AFTER - 1)
    assert times.is_due(SWEEP_AFTER)
    # What came while it swept counts towards the next.
    times.swept(SWEEP_AFTER)
    assert not times.is_due(2 * SWEEP_AFTER - 1)
    assert times.is_due(2 * SWEEP_AFTER)
