"""Who waits for a verdict, what is verified next, and what a rush is: all without a rush."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.desk.callbacks.limits import (
    BATCH,
    KEYS_IN_MEMORY,
    REST,
    RUSH,
    RUSH_BATCH,
    SEATS,
    SPAN,
)
from app.desk.callbacks.queue import Load, VerificationQueue


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
    for _ in range(RUSH + 1):
        load.count()


def all_keys(queue: VerificationQueue) -> list[str]:
    keys: list[str] = []
    while some := queue.next_keys():
        keys += some
    return keys


def arrive(queue: VerificationQueue, keys: Sequence[str]) -> list[str]:
    """Those whose customers may wait."""
    return [key for key in keys if queue.arrive(key).may_wait]


def numbered(number: int) -> list[str]:
    return [f"K{place:05}" for place in range(number)]


def test_a_rush_begins_with_one_arrival_more_than_a_span_bears(load: Load) -> None:
    for _ in range(RUSH):
        load.count()
    assert not load.is_rush()
    load.count()
    assert load.is_rush()


def test_a_crowd_that_is_no_rush_is_none_in_the_next_span_either(load: Load, clock: Clock) -> None:
    for _ in range(RUSH):
        load.count()
    clock.at += SPAN
    load.count()
    assert not load.is_rush()


def test_a_process_does_not_begin_with_a_rush(clock: Clock) -> None:
    clock.at = 0.0
    assert not Load(clock).is_rush()


def test_a_rush_ends_a_span_after_the_last_crowded_one(load: Load, clock: Clock) -> None:
    begin_rush(load)
    clock.at += SPAN
    assert load.is_rush()
    clock.at += SPAN
    assert not load.is_rush()


def test_a_rush_ends_though_callbacks_still_come_in_now_and_then(load: Load, clock: Clock) -> None:
    begin_rush(load)
    rush = []
    for _ in range(4):
        clock.at += SPAN
        before = load.is_rush()
        load.count()
        rush.append((before, load.is_rush()))
    assert rush == [(True, True), (False, False), (False, False), (False, False)]


def test_a_rush_goes_on_while_every_span_is_crowded(load: Load, clock: Clock) -> None:
    for _ in range(5):
        begin_rush(load)
        assert load.is_rush()
        clock.at += SPAN
        load.count()
        assert load.is_rush()


def test_the_same_number_in_more_time_is_no_rush(load: Load, clock: Clock) -> None:
    for _ in range(10 * RUSH):
        load.count()
        clock.at += SPAN / RUSH * 1.1
        assert not load.is_rush()


def test_so_many_customers_wait_and_no_more(queue: VerificationQueue) -> None:
    assert arrive(queue, numbered(20)) == numbered(SEATS)


def test_a_customer_who_leaves_makes_room_for_another(queue: VerificationQueue) -> None:
    arrive(queue, numbered(SEATS))
    assert not queue.arrive("one more").may_wait
    queue.leave("K00003")
    assert queue.arrive("the next").may_wait
    assert not queue.arrive("and another").may_wait


def test_whose_customers_wait_are_verified_before_all_others(
    queue: VerificationQueue,
) -> None:
    keys = numbered(SEATS + 2)
    arrive(queue, keys)
    assert queue.next_keys() == keys[:SEATS]
    queue.leave(keys[0])
    arrive(queue, ["late"])
    assert queue.next_keys() == ["late"]
    assert queue.next_keys() == keys[SEATS:]
    assert queue.next_keys() == []


def test_in_a_rush_nobody_waits(queue: VerificationQueue, load: Load) -> None:
    begin_rush(load)
    assert arrive(queue, numbered(3)) == []
    assert all_keys(queue) == numbered(3)


def test_customers_who_waited_when_a_rush_began_are_told_so_and_verified_all_the_same(
    queue: VerificationQueue, load: Load
) -> None:
    waiting = numbered(SEATS)
    arrive(queue, waiting)
    begin_rush(load)
    assert list(queue.arrive("rushed").no_longer_waiting) == waiting
    assert list(queue.arrive("another").no_longer_waiting) == []
    assert all_keys(queue) == [*waiting, "rushed", "another"]


def test_in_a_rush_fewer_are_verified_at_once_and_with_long_rests(
    queue: VerificationQueue, load: Load, clock: Clock
) -> None:
    begin_rush(load)
    arrive(queue, numbered(200))
    assert (len(queue.next_keys()), queue.rest_after(0.01)) == (RUSH_BATCH, REST * 0.01)
    clock.at += 2 * SPAN
    assert (len(queue.next_keys()), queue.rest_after(0.01)) == (BATCH, 0)


def test_what_could_not_be_verified_now_comes_first_again(queue: VerificationQueue) -> None:
    keys = numbered(SEATS + 3)
    arrive(queue, keys)
    queue.put_back(queue.next_keys())
    assert all_keys(queue) == keys


def overflow(queue: VerificationQueue, load: Load) -> list[str]:
    """More keys than the memory holds; those it holds are verified."""
    begin_rush(load)
    arrive(queue, numbered(KEYS_IN_MEMORY + 70))
    assert queue.to_read() is None
    return all_keys(queue)


def test_what_the_memory_does_not_hold_is_read_from_the_table(
    queue: VerificationQueue, load: Load
) -> None:
    assert overflow(queue, load) == numbered(KEYS_IN_MEMORY)
    left = numbered(KEYS_IN_MEMORY + 70)[KEYS_IN_MEMORY:]
    found: list[str] = []
    while (behind := queue.to_read()) is not None:
        queue.add_read([key for key in left if key > behind][:BATCH])
        found += all_keys(queue)
    assert found == left


def test_what_can_never_be_verified_is_read_from_the_table_but_once(
    queue: VerificationQueue, load: Load
) -> None:
    overflow(queue, load)
    poison = ["K00007"]
    reads: list[list[str]] = []
    while (behind := queue.to_read()) is not None and len(reads) < 10:
        reads.append([key for key in poison if key > behind])
        queue.add_read(reads[-1])
        all_keys(queue)
    assert reads == [poison, []]


def test_the_table_is_not_read_while_the_memory_holds_everything(
    queue: VerificationQueue,
) -> None:
    arrive(queue, numbered(300))
    all_keys(queue)
    assert queue.to_read() is None
