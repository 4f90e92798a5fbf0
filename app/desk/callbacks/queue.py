"""The policy of the intake: which customers wait for a verdict, and what is verified next.

Nothing here waits, reads or writes: the intake does, as it is told here. Time is asked of a clock
that is handed in and counts seconds from anywhere, so a rush needs no rush to be tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from app.desk.callbacks import limits
from app.desk.callbacks.ranking import Rank


class Load:
    """How fast callbacks come in, and whether that is a rush.

    A crowd gathers with each that comes and goes at the rate that is no rush. A rush begins when it
    is too large, and ends when only a few of it are left.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.stored = clock, 0
        self._crowd, self._counted_at, self._is_rush = 0.0, clock(), False

    def count(self) -> None:
        """One more has come in."""
        at = self.clock()
        gone = (at - self._counted_at) * limits.RUSH
        self._crowd, self._counted_at = max(self._crowd - gone, 0) + 1, at
        if self._crowd > limits.CROWD:
            self._crowd, self._is_rush = limits.CROWD, True

    def store(self, size: int) -> None:
        """A body of so many bytes lies in the table: `stored` is what they all take there."""
        self.stored += size + limits.BESIDE_A_BODY

    def is_rush(self) -> bool:
        """Whether more come in than can be seen to as they come."""
        if self._is_rush:
            gone = (self.clock() - self._counted_at) * limits.RUSH
            self._is_rush = self._crowd - gone > limits.FEW
        return self._is_rush


class VerificationQueue:
    """The keys of callbacks to be verified: those whose customers wait come first, then by rank.

    In a rush only those wait who are likely to read more than "being confirmed", and verifying
    the others takes what little time it can: committing goes first. What the memory does not hold
    is left to the table, which is the whole queue.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loads = {rank: Load(load.clock) for rank in Rank}
        self._waiting: deque[str] = deque()
        self._others: Mapping[Rank, deque[str]] = {rank: deque() for rank in Rank}
        self._rests = False

    def arrive(self, key: str, rank: Rank = Rank.UNPROVEN) -> bool:
        """Queue a callback that has just been committed; whether its customer may wait."""
        self._load.count()
        self._loads[rank].count()
        may_wait = self._helps_to_wait(rank)
        if may_wait:
            self._waiting.append(key)
        elif len(self._others[rank]) < limits.KEYS_IN_MEMORY:
            self._others[rank].append(key)
        return may_wait

    def next_keys(self) -> Sequence[str]:
        """What to verify now, all in one transaction; taken out of the queue."""
        is_rush = self._load.is_rush()
        keys = _taken(self._waiting, limits.BATCH)
        self._rests = is_rush and not keys
        # In a rush nobody who waits waits for others.
        room = limits.BATCH - len(keys)
        if is_rush:
            room = limits.RUSH_BATCH if self._rests else 0
        for queued in self._others.values():
            some = _taken(queued, room)
            room -= len(some)
            keys += some
        return keys

    def rest_after(self, worked: float) -> float:
        """How many seconds verifying rests after as many seconds of work; whoever comes and waits
        cuts that short."""
        return limits.REST * worked if self._rests else 0.0

    def _helps_to_wait(self, rank: Rank) -> bool:
        if not self._load.is_rush():
            return True
        return rank is not Rank.UNPROVEN and not self._loads[rank].is_rush()


def rest_when_overdue(worked: float, waited: float) -> float:
    """How many seconds catching up rests in a rush after as many seconds of work: the less, the
    longer the oldest has waited, but never less than it has worked."""
    overdue = (waited - limits.LEFT_AFTER) / (limits.OVERDUE - limits.LEFT_AFTER)
    return max(limits.REST * (1 - overdue), 1) * worked


def _taken(queue: deque[str], number: int) -> list[str]:
    return [queue.popleft() for _ in range(min(number, len(queue)))]
