"""Passwords: the one hash (argon2id), and a comparison that tells nothing."""

from __future__ import annotations

import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from threading import get_native_id
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2
"""Hashes at once. One takes 64 MiB, so however many are wanted, memory stays bounded."""

LESS_URGENT = 5
"""By how much a hash is less urgent than a page, as `nice` counts: it would take every core."""


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hashing().submit(_hasher().hash, password).result()


def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored hash the same work is done, for a no."""
    from argon2.exceptions import VerificationError

    nobodys = _nobodys_hash()
    try:
        _hashing().submit(_hasher().verify, stored or nobodys, password).result()
    except VerificationError:
        return False
    return stored is not None


@cache
def _hashing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "hashing", initializer=_give_way)


def _give_way() -> None:
    """On Linux a priority is a thread's own, and the threads that a hash starts inherit it."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), LESS_URGENT)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe())
