"""Passwords: the one policy, the one hash (argon2id), and a comparison that tells nothing."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from app.protocol.words import N_, Sentence, Words

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 10
"""Characters. Length is all we ask for: rules about kinds of characters make worse passwords."""

TOO_SHORT = Sentence(N_("A password has at least %(least)s characters."), {"least": MINIMUM_LENGTH})

# One hash takes 64 MiB: however many sign-ins arrive at once, memory stays bounded.
_AT_ONCE = BoundedSemaphore(2)


def password_problem(password: str) -> Words | None:
    """What is wrong with a password somebody wants to have."""
    return TOO_SHORT if len(password) < MINIMUM_LENGTH else None


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    with _AT_ONCE:
        return _hasher().hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored hash the same work is done, for a no."""
    from argon2.exceptions import VerificationError

    nobodys = _nobodys_hash()
    try:
        with _AT_ONCE:
            _hasher().verify(stored or nobodys, password)
    except VerificationError:
        return False
    return stored is not None


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe())
