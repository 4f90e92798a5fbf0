"""Ranking: what is judged first. A flood must not bury the result that a customer is waiting for.

Anybody can send a flood, and let it name our orders; what they cannot do is sign it. So the first
are those that one of our shops has signed, which a quick look tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from app.desk.callbacks import limits
from app.protocol.checkstring import to_bytes
from app.protocol.quick_look import quick_signature
from app.records.callbacks import UNRANKED
from app.records.database import Database
from app.records.shops import OurShops


class Rank(IntEnum):
    """What speaks for a callback, the most telling first. Kept in its row: add, never renumber."""

    SIGNED = 0
    # By the built-in sandbox's shop, whose password is public.
    SIGNED_PUBLICLY = 1
    # Not signed, or not plain enough for a quick look, or the same was here a moment ago.
    UNPROVEN = UNRANKED


class Ranking:
    """Ranks callbacks in memory. Until `refresh` has read the shops, all are unproven."""

    def __init__(self, ours: OurShops, clock: Callable[[], float]) -> None:
        self._ours, self._clock = ours, clock
        self._passwords: Mapping[bytes, bytes] = {}
        self._public: frozenset[bytes] = frozenset()
        self._read_at: float | None = None
        self._seen: dict[bytes, None] = {}

    def rank(self, body: bytes) -> Rank:
        """The rank of a callback that has just arrived."""
        signature = quick_signature(body, self._passwords.get)
        if signature is None or not self._is_new(signature.check_string):
            return Rank.UNPROVEN
        return Rank.SIGNED_PUBLICLY if signature.shop_id in self._public else Rank.SIGNED

    def is_stale(self) -> bool:
        """Whether the shops should be read (again)."""
        return self._read_at is None or self._clock() - self._read_at >= limits.SHOPS_KNOWN_FOR

    def refresh(self, database: Database) -> None:
        """Read the shops and their passwords. Raises what reading raises: then as they were."""
        self._read_at = self._clock()
        with database.reading() as session:
            shops = self._ours.all(session)
        self._passwords = {shop.shop_id.encode(): to_bytes(shop.password) for shop in shops}
        self._public = frozenset(shop.shop_id.encode() for shop in shops if shop.is_built_in)

    def _is_new(self, check_string: bytes) -> bool:
        # Whoever was given a single genuine result could make a flood of it.
        if check_string in self._seen:
            return False
        self._seen[check_string] = None
        if len(self._seen) > limits.SIGNATURES_KNOWN:
            del self._seen[next(iter(self._seen))]
        return True
