"""Who holds how many connections, and who gives way when there are too many.

A connection that has not yet shown a whole request costs whoever opens it nothing, so these are
bounded: for each address, and in all. Over a bound, one that has been held without a request for
longest gives way to the newcomer: an honest request is whole within milliseconds, and is never the
oldest. What is being answered, and a signed-in person's connection, never gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

SETTLED = 1.0
"""Seconds after which a connection that has sent nothing is idle, and no longer just arriving."""


class Held(Protocol):
    """A connection. `address`: as whom it counts; None behind a trusted proxy, until it has said
    for whom it asks."""

    address: str | None
    since: float

    @property
    def idle(self) -> bool:
        """Whether nothing has come of a request."""

    def give_way(self) -> None:
        """Close at once."""


@dataclass(frozen=True)
class Room:
    """How many connections there may be: without a whole request of one address, the same of all
    addresses, and of any kind. Beyond `in_all`, `kept` more are there for results and for people
    who are signed in."""

    per_address: int = 500
    unfinished: int = 2_000
    in_all: int = 7_000
    kept: int = 1_000

    @classmethod
    def within(cls, files: int) -> Room:
        """The room there is where so many files may be open at once."""
        usual = cls()
        room = max(files - FILES_OF_OUR_OWN, 40)
        in_all = min(usual.in_all, room * 7 // 8)
        return cls(
            per_address=min(usual.per_address, in_all // 4),
            unfinished=min(usual.unfinished, in_all // 2),
            in_all=in_all,
            kept=min(usual.kept, room - in_all),
        )


FILES_OF_OUR_OWN = 160
"""Files that are open besides connections: databases, templates, calls to the gateway."""


class Connections:
    """Every connection of a process. `clock` counts seconds from anywhere; `on_eviction` is called
    for each connection that has to give way."""

    def __init__(
        self, room: Room, clock: Callable[[], float], on_eviction: Callable[[], None]
    ) -> None:
        self.room = room
        self.number = 0
        self._clock, self._on_eviction = clock, on_eviction
        self._unfinished: dict[str | None, dict[Held, None]] = {}
        self._resting: dict[Held, None] = {}
        self._number_unfinished = 0

    def opened(self, one: Held) -> bool:
        """Count a new connection in. Whether it stays: beyond all room it is closed at once."""
        self.number += 1
        if self.number > self.room.in_all:
            self._make_room(one)
        if self.number > self.room.in_all + self.room.kept:
            self._close(one)
            return False
        self.expects(one)
        return True

    @property
    def is_crowded(self) -> bool:
        """Whether only the room kept for results and for signed-in people is left."""
        return self.number > self.room.in_all

    def closed(self, one: Held) -> None:
        """It is gone."""
        self.number -= 1
        self.has(one)

    def expects(self, one: Held) -> None:
        """A whole request of it is still to come."""
        self._resting.pop(one, None)
        one.since = self._clock()
        mine = self._unfinished.setdefault(one.address, {})
        if one not in mine:
            mine[one] = None
            self._number_unfinished += 1
        if one.address is not None and len(mine) > self.room.per_address:
            self._evict(mine, one)
        if self._number_unfinished > self.room.unfinished:
            self._evict(self._largest(), one)

    def rests(self, one: Held) -> None:
        """It has had an answer and may ask again. The server closes it in a few seconds, so this
        counts for nobody; where there is no room at all, it is the first to go."""
        self._resting[one] = None

    def works(self, one: Held) -> None:
        """It has asked once more, and waits for nothing but its answer."""
        self._resting.pop(one, None)

    def has(self, one: Held) -> None:
        """It owes nothing: its request is whole, or somebody is signed in, or it is gone."""
        self._resting.pop(one, None)
        mine = self._unfinished.get(one.address)
        if mine is not None and one in mine:
            del mine[one]
            self._number_unfinished -= 1
            if not mine:
                del self._unfinished[one.address]

    def _make_room(self, newcomer: Held) -> None:
        if self._resting:
            longest = next(iter(self._resting))
            del self._resting[longest]
            self._close(longest)
        else:
            self._evict(self._largest(), newcomer)

    def _largest(self) -> Iterable[Held]:
        """The unfinished ones of whoever has the most."""
        return max(self._unfinished.values(), key=len, default=())

    def _evict(self, among: Iterable[Held], newcomer: Held) -> None:
        others = [one for one in among if one is not newcomer]
        if not others:
            return
        long_ago = self._clock() - SETTLED
        oldest = min(others, key=lambda one: (not (one.idle and one.since < long_ago), one.since))
        self.has(oldest)
        self._close(oldest)

    def _close(self, one: Held) -> None:
        self._on_eviction()
        one.give_way()
