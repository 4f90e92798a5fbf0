"""A sweep writes in short steps, rests between two, and stops when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.clock import now
from app.desk.retention import RetentionPolicy, sweep_all
from app.desk.retention.policy import FIRST_STEP, LONGEST, Step
from app.desk.retention.steps import Steps
from app.desk.retention.sweep import sweep
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.droppable import CALLBACKS
from app.records.dropped_callbacks import dropped_so_far

KEYS = [f"{number:04}" for number in range(1000)]
LIMITS = RetentionPolicy(age=timedelta(days=30), number=100)


class Machine:
    """Writes a row in a millisecond of its own clock."""

    def __init__(self, seconds_a_row: float = 0.001) -> None:
        self.at, self.written = 0.0, 0
        self.steps: list[float] = []
        self.rests: list[float] = []
        self._seconds_a_row = seconds_a_row

    def __call__(self) -> float:
        return self.at

    def write(self, session: Session, keys: Sequence[str]) -> int:
        del session
        self.at += len(keys) * self._seconds_a_row
        self.steps.append(len(keys) * self._seconds_a_row)
        self.written += len(keys)
        return len(keys)

    def some(self, session: Session, size: int) -> int:
        left = len(KEYS) - self.written
        return self.write(session, KEYS[: min(size, left)])


def test_no_step_keeps_others_from_writing_for_longer_than_it_may(database: Database) -> None:
    machine = Machine()
    steps = Steps(database, clock=machine, rest=machine.rests.append)
    assert steps.through(KEYS, machine.write, Step()) == len(KEYS)
    assert machine.written == len(KEYS)
    assert max(machine.steps) <= LONGEST
    assert len(machine.steps) < len(KEYS) / FIRST_STEP


def test_after_each_step_others_have_as_long(database: Database) -> None:
    machine = Machine()
    steps = Steps(database, clock=machine, rest=machine.rests.append)
    steps.until_done(machine.some, Step())
    assert [round(rest, 6) for rest in machine.rests] == [round(one, 6) for one in machine.steps]
    assert machine.written == len(KEYS)


def test_between_two_steps_it_can_be_stopped(database: Database) -> None:
    machine = Machine()
    steps = Steps(database, lambda: machine.written >= 100, clock=machine, rest=lambda _: None)
    assert 100 <= steps.through(KEYS, machine.write, Step()) < 200
    assert steps.until_done(machine.some, Step()) == 0


def test_a_sweep_that_is_stopped_has_dropped_a_part_and_the_next_drops_the_rest(
    database: Database,
) -> None:
    with database.writing() as session:
        session.add_all(
            Callback(body=b"x", digest=str(number), judged_at=now(), verdict="mismatch")
            for number in range(500)
        )
    asked = iter([False] * 6)
    first = sweep_all(database, LIMITS, lambda: next(asked, True))
    assert 0 < first < 400
    assert first + sweep_all(database, LIMITS) == 400
    with database.reading() as session:
        assert len(session.exec(select(Callback.id)).all()) == 100


def test_what_a_killed_sweep_has_dropped_is_counted(database: Database) -> None:
    with database.writing() as session:
        session.add_all(
            Callback(body=b"", judged_at=now(), verdict="malformed", digest=str(number))
            for number in range(LIMITS.number + 5 * FIRST_STEP)
        )
    [malformed] = [kind for kind in CALLBACKS if kind.name == "malformed"]

    def die(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(Steps(database, rest=die), malformed, LIMITS)
    with database.reading() as session:
        [gone] = [one.number for one in dropped_so_far(session)]
        left = len(session.exec(select(Callback.id)).all())
    assert 0 < gone < 5 * FIRST_STEP
    assert gone + left == LIMITS.number + 5 * FIRST_STEP
