"""The lock of writers is had in the order in which it was asked for, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from app.records.fair_lock import FairLock
from tests.waiting import GIVEN_UP_AFTER, until


def test_who_writes_again_at_once_comes_after_those_who_wait() -> None:
    lock, turns, threads = FairLock(), list[int](), list[Thread]()
    assert lock.acquire(0)

    def take(number: int) -> None:
        assert lock.acquire(GIVEN_UP_AFTER)
        turns.append(number)
        lock.release()

    for number in range(3):
        threads.append(Thread(target=take, args=(number,)))
        threads[-1].start()
        until(lambda: len(lock._waiting) == len(threads))
    for _ in range(3):
        lock.release()
        assert lock.acquire(GIVEN_UP_AFTER)
    lock.release()
    for thread in threads:
        thread.join()
    assert turns == [0, 1, 2]


def test_who_has_waited_in_vain_takes_no_turn() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0)


def test_one_at_a_time_has_it_whatever_the_others_wait_for() -> None:
    lock, inside, most = FairLock(), 0, 0

    def work(number: int) -> int:
        nonlocal inside, most
        had = 0
        for _ in range(200):
            if lock.acquire(0.0001 if number % 2 else GIVEN_UP_AFTER):
                inside += 1
                most = max(most, inside)
                had += 1
                inside -= 1
                lock.release()
        return had

    with ThreadPoolExecutor(4) as pool:
        had = list(pool.map(work, range(4)))
    assert most == 1
    assert had[0] == had[2] == 200
    assert lock.acquire(0)
