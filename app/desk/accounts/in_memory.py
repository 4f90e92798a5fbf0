"""Signing in while nothing can be stored: in memory, by the same rules, for a short while.

Whoever has to see to a full disk must be let in to read what is wrong. This process alone knows
of it, and its end forgets it.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from app.clock import now
from app.records.keys import digest, new_secret

LIFETIME = timedelta(hours=1)
"""How long such a sign-in lasts: to read what is wrong takes no longer, and nobody can end it."""

MOST_SIGN_INS, MOST_TRIES = 50, 1_000
"""Bounds memory. Beyond so many tries within the window nobody is let in."""


class _SignIn(NamedTuple):
    user_key: str
    until: datetime


class _Try(NamedTuple):
    at: datetime
    email: str
    remote_address: str


class SignInsInMemory:
    """The sign-ins of one process that could not be stored. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_digest: dict[str, _SignIn] = {}

    def start(self, user_key: str) -> str | None:
        """The secret of a new sign-in; None where there are too many."""
        secret, moment = new_secret(), now()
        with self._lock:
            valid = {key: one for key, one in self._by_digest.items() if one.until > moment}
            self._by_digest = valid
            if len(valid) >= MOST_SIGN_INS:
                return None
            valid[digest(secret)] = _SignIn(user_key, moment + LIFETIME)
        return secret

    def user_key(self, secret: str) -> str | None:
        """Whose valid sign-in this is."""
        found = self._by_digest.get(digest(secret))
        return found.user_key if found and found.until > now() else None

    def end(self, secret: str) -> bool:
        """End a sign-in; whether there was one."""
        with self._lock:
            return self._by_digest.pop(digest(secret), None) is not None

    def end_all_of(self, user_key: str) -> None:
        """End every sign-in of a user."""
        with self._lock:
            left = {key: one for key, one in self._by_digest.items() if one.user_key != user_key}
            self._by_digest = left


class TriesInMemory:
    """The tries at passwords that could not be stored, for the throttle."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tries: deque[_Try] = deque()

    def count(self, email: str, remote_address: str, window: timedelta) -> _Try | None:
        """Count a try; None where there have been too many to count."""
        one = _Try(now(), email, remote_address)
        with self._lock:
            while self._tries and self._tries[0].at <= one.at - window:
                self._tries.popleft()
            if len(self._tries) >= MOST_TRIES:
                return None
            self._tries.append(one)
        return one

    def strike_off(self, one: _Try) -> None:
        """Take a try back: the password was right, or was not judged."""
        with self._lock:
            self._tries.remove(one)

    def nth_newest(self, value: str, number: int) -> datetime | None:
        """When the newest try beyond so many was, with this e-mail or from this address."""
        with self._lock:
            times = [one.at for one in self._tries if value in (one.email, one.remote_address)]
        return times[-number - 1] if len(times) > number else None
