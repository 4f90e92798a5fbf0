"""Who waits for a verdict, what is verified next, and what a rush is: all without a rush."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.desk.callbacks.limits import (
    BATCH,
    BESIDE_A_BODY,
    CROWD,
    FEW,
    LEFT_AFTER,
    OVERDUE,
    REST,
    RUSH,
    RUSH_BATCH,
)
from app.desk.callbacks.queue import Load, VerificationQueue, rest_when_overdue
from app.desk.callbacks.ranking import Rank


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def load(clock: Clock) -> Load:
    return Load(clock)


@pytest.fixture
def queue(load: Load) -> VerificationQueue:
    return VerificationQueue(load)


def begin_rush(load: Load) -> None:
    for _ in range(CROWD + 1):
        load.count()


def all_keys(queue: VerificationQueue) -> list[str]:
    keys: list[str] = []
    while some := queue.next_keys():
        keys += some
    return keys


def arrive(queue: VerificationQueue, keys: Sequence[str]) -> list[str]:
    """Those whose customers may wait."""
    return [key for key in keys if queue.arrive(key)]


def numbered(number: int) -> list[str]:
    return [f"K{place:05}" for place in range(number)]


def test_a_rush_begins_with_one_more_than_a_crowd(load: Load) -> None:
    for _ in range(CROWD):
        load.count()
    assert not load.is_rush()
    load.count()
    assert load.is_rush()


def test_a_crowd_goes_by_and_by(load: Load, clock: Clock) -> None:
    for _ in range(CROWD):
        load.count()
    clock.at += 0.25
    for _ in range(RUSH // 4):
        load.count()
    assert not load.is_rush()
    load.count()
    assert load.is_rush()


def test_whoever_has_gone_leaves_room_for_no_more_than_a_crowd(load: Load, clock: Clock) -> None:
    clock.at += 3600
    begin_rush(load)
    assert load.is_rush()


def test_a_process_does_not_begin_with_a_rush(clock: Clock) -> None:
    clock.at = 0.0
    assert not Load(clock).is_rush()


def test_a_rush_ends_when_few_of_the_crowd_are_left(load: Load, clock: Clock) -> None:
    begin_rush(load)
    clock.at += (CROWD - FEW) / RUSH - 0.001
    assert load.is_rush()
    clock.at += 0.002
    assert not load.is_rush()


def test_nothing_rests_before_anything_was_done(queue: VerificationQueue) -> None:
    assert queue.rest_after(1.0) == 0


def test_those_who_wait_and_those_who_do_not_fill_one_batch_together(
    queue: VerificationQueue, load: Load, clock: Clock
) -> None:
    begin_rush(load)
    assert arrive(queue, [f"late {number}" for number in range(BATCH)]) == []
    clock.at += CROWD / RUSH
    waiting = arrive(queue, numbered(2))
    keys = queue.next_keys()
    assert (keys[:2], len(keys)) == (waiting, BATCH)


def test_what_has_been_stored_counts_with_what_lies_beside_each_body(load: Load) -> None:
    load.store(0)
    load.store(1000)
    assert load.stored == 2 * BESIDE_A_BODY + 1000


def test_however_many_came_a_rush_ends_as_soon_though_some_still_come(
    load: Load, clock: Clock
) -> None:
    for _ in range(1000 * CROWD):
        load.count()
    for _ in range(RUSH):
        clock.at += 2 / RUSH
        load.count()
    assert not load.is_rush()


def test_a_rush_goes_on_while_more_come_than_go(load: Load, clock: Clock) -> None:
    begin_rush(load)
    for _ in range(10 * RUSH):
        clock.at += 0.9 / RUSH
        load.count()
        assert load.is_rush()


def test_as_many_as_go_are_no_rush(load: Load, clock: Clock) -> None:
    for _ in range(10 * RUSH):
        load.count()
        clock.at += 1.1 / RUSH
        assert not load.is_rush()


def test_a_hundred_in_one_instant_all_wait(queue: VerificationQueue) -> None:
    assert arrive(queue, numbered(100)) == numbered(100)
    assert all_keys(queue) == numbered(100)


def test_whose_customers_wait_are_verified_before_all_others(
    queue: VerificationQueue, load: Load, clock: Clock
) -> None:
    begin_rush(load)
    arrive(queue, ["early"])
    clock.at += 1
    arrive(queue, ["late"])
    assert [queue.next_keys(), queue.next_keys()] == [["late", "early"], []]


def test_in_a_rush_those_who_wait_wait_for_nothing_else(
    queue: VerificationQueue, load: Load
) -> None:
    begin_rush(load)
    arrive(queue, numbered(300))
    assert queue.arrive("genuine", Rank.SIGNED)
    assert queue.next_keys() == ["genuine"]
    assert queue.next_keys() == numbered(RUSH_BATCH)


def test_in_a_rush_nobody_waits_who_reads_no_more_for_it(
    queue: VerificationQueue, load: Load
) -> None:
    begin_rush(load)
    assert arrive(queue, numbered(3)) == []
    assert all_keys(queue) == numbered(3)


def test_customers_who_wait_when_a_rush_begins_keep_waiting_and_come_first(
    queue: VerificationQueue, load: Load
) -> None:
    waiting = numbered(8)
    arrive(queue, waiting)
    begin_rush(load)
    assert arrive(queue, ["rushed"]) == []
    assert queue.next_keys() == waiting
    assert queue.rest_after(1.0) == 0
    assert queue.next_keys() == ["rushed"]
    assert queue.rest_after(1.0) == REST


@pytest.mark.parametrize("rank", [Rank.SIGNED, Rank.SIGNED_PUBLICLY])
def test_in_a_flood_a_genuine_one_waits_for_its_verdict_and_is_the_next(
    queue: VerificationQueue, load: Load, rank: Rank
) -> None:
    begin_rush(load)
    arrive(queue, numbered(1000))
    assert queue.arrive("genuine", rank)
    assert queue.next_keys() == ["genuine"]
    assert queue.rest_after(1.0) == 0


def test_a_rush_of_genuine_ones_does_not_wait_either(queue: VerificationQueue) -> None:
    waiting = [key for key in numbered(CROWD + 30) if queue.arrive(key, Rank.SIGNED)]
    assert waiting == numbered(CROWD)


def test_what_nobody_waits_for_is_verified_by_rank(queue: VerificationQueue, load: Load) -> None:
    for rank in Rank:
        for key in numbered(CROWD + 1):
            queue.arrive(key, rank)
    all_keys(queue)
    for rank in reversed(Rank):
        queue.arrive(f"{rank.name} one", rank)
        queue.arrive(f"{rank.name} two", rank)
    assert all_keys(queue) == [
        f"{rank.name} {number}" for rank in Rank for number in ("one", "two")
    ]


def test_when_a_rush_begins_few_are_verified_at_once_and_with_long_rests(
    queue: VerificationQueue, load: Load, clock: Clock
) -> None:
    begin_rush(load)
    arrive(queue, numbered(300))
    assert (len(queue.next_keys()), queue.rest_after(0.01)) == (RUSH_BATCH, REST * 0.01)
    clock.at += 1
    assert (len(queue.next_keys()), queue.rest_after(0.01)) == (BATCH, 0)


def test_in_a_rush_catching_up_rests_the_less_the_longer_the_oldest_has_waited() -> None:
    halfway = (LEFT_AFTER + OVERDUE) / 2
    rests = [rest_when_overdue(2.0, waited) for waited in (LEFT_AFTER, halfway, OVERDUE, 3600.0)]
    assert rests == [REST * 2.0, REST * 1.0, 2.0, 2.0]


def test_what_the_memory_does_not_hold_is_left_to_the_table(
    queue: VerificationQueue, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.callbacks.limits.KEYS_IN_MEMORY", 200)
    begin_rush(load)
    arrive(queue, numbered(270))
    assert all_keys(queue) == numbered(200)


def test_a_flood_takes_no_memory_from_the_genuine_ones(
    queue: VerificationQueue, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.callbacks.limits.KEYS_IN_MEMORY", 200)
    for key in numbered(CROWD + 1):
        queue.arrive(key, Rank.SIGNED)
    all_keys(queue)
    arrive(queue, numbered(300))
    queue.arrive("genuine", Rank.SIGNED)
    assert queue.next_keys()[0] == "genuine"
