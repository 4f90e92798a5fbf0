"""Primary keys: made by us, sorted by time, the same on every machine."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from secrets import randbits, token_urlsafe

from uuid_utils import uuid7

from app.redaction import hold

KEY_LENGTH = 32

LAST_KEY = "f" * KEY_LENGTH
"""Above every key."""


def new_key() -> str:
    """A UUIDv7 as 32 hex digits: rows from any process sort by when they were made."""
    return uuid7().hex


def first_key(moment: datetime) -> str:
    """The least key that can be made from this moment on: a span of time is a range of keys."""
    milliseconds = int(moment.timestamp() * 1000)
    return f"{milliseconds:012x}".ljust(KEY_LENGTH, "0")


def moment_of(key: str) -> datetime:
    """When a key was made, to the millisecond."""
    return datetime.fromtimestamp(int(key[:12], 16) / 1000, UTC)


def key_at(moment: datetime) -> str:
    """A UUIDv7 of another moment, for the history of a demonstration."""
    milliseconds, random = int(moment.timestamp() * 1000), randbits(74)
    high = milliseconds << 80 | 7 << 76 | random >> 62 << 64
    return f"{high | 2 << 62 | random & (1 << 62) - 1:032x}"


def moved_key(key: str, by: timedelta, random: Random) -> str:
    """A UUIDv7 that sorts beside others as this one does, so much later."""
    milliseconds = int(key[:12], 16) + round(by.total_seconds() * 1000)
    return f"{milliseconds:012x}{key[12:16]}{2 << 62 | random.getrandbits(62):016x}"  # nosec B311 # only the made-up past of a demonstration moves keys


def new_secret() -> str:
    """256 random bits for a link or a cookie. Only its `digest` is ever looked up."""
    secret = token_urlsafe(32)
    hold(secret)
    return secret


def new_hand_on_key() -> str:
    """96 random bits for a shop's RetURL here: every customer sees it, and a RetURL is short."""
    return token_urlsafe(12)


def digest(secret: str) -> str:
    """What is stored of a secret that only has to be recognised, as 64 hex digits."""
    return sha256(secret.encode()).hexdigest()
