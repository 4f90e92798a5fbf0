"""Primary keys: made by us, sorted by time, the same on every machine."""

from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from uuid_utils import uuid7

KEY_LENGTH = 32


def new_key() -> str:
    """A UUIDv7 as 32 hex digits: rows from any process sort by when they were made."""
    return uuid7().hex


def first_key(moment: datetime) -> str:
    """The least key that can be made from this moment on: a span of time is a range of keys."""
    milliseconds = int(moment.timestamp() * 1000)
    return f"{milliseconds:012x}".ljust(KEY_LENGTH, "0")


def new_secret() -> str:
    """256 random bits for a link or a cookie. Only its `digest` is ever looked up."""
    return token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret that only has to be recognised, as 64 hex digits."""
    return sha256(secret.encode()).hexdigest()
