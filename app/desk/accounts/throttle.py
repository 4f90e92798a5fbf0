"""The throttle on guessing passwords, by e-mail and by address.

A try counts as refused from before its password is looked at, and is struck off when it proves
right: however many are sent at once, no more than the limit are ever judged.
"""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from app.addresses import counted_as
from app.clock import now
from app.desk.accounts.in_memory import TriesInMemory
from app.desk.accounts.passwords import is_right
from app.records.accounts import SignInFailure, User, refused_beyond
from app.records.database import UNREACHABLE, Database

WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
PER_ADDRESS = 20
"""Tries within the WINDOW. An office may sit behind one address, so that limit is wider. Of IPv6 a
/64 counts as one."""


class Throttled(Exception):
    """Too many tries. `wait` is how long until the next one is judged."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries, the next in {wait}")
        self.wait = wait


in_memory = TriesInMemory()
"""What this process could not store."""


def password_is_right(
    database: Database, user: User | None, email: str, password: str, remote_address: str
) -> bool:
    """Judge a password; `user` is None for an e-mail nobody has. Raises Throttled."""
    # Of an IPv6 network every machine has as many addresses as it likes.
    origin = counted_as(remote_address)
    try:
        key = _count(database, email, origin)
    except UNREACHABLE:
        return _is_right_unstored(user, email, password, origin)
    try:
        _brake(database, email, origin)
        right = is_right(user.password_hash if user else None, password)
    except Throttled:
        # Not judged, so it does not make the wait longer.
        _strike_off(database, key)
        raise
    if right:
        _strike_off(database, key)
    return right


def _is_right_unstored(user: User | None, email: str, password: str, origin: str) -> bool:
    """The same by what this process remembers, while nothing can be stored."""
    one = in_memory.count(email, origin, WINDOW)
    if one is None:
        raise Throttled(WINDOW)
    limits = ((email, PER_EMAIL), (origin, PER_ADDRESS))
    times = [in_memory.nth_newest(value, limit) for value, limit in limits]
    waits = [at + WINDOW - one.at for at in times if at is not None]
    right = not waits and is_right(user.password_hash if user else None, password)
    if right or waits:
        in_memory.strike_off(one)
    if waits:
        raise Throttled(max(waits))
    return right


def _count(database: Database, email: str, origin: str) -> str:
    row = SignInFailure(email=email, remote_address=origin)
    with database.writing() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.at) <= now() - WINDOW))
        session.add(row)
    return row.id


def _brake(database: Database, email: str, origin: str) -> None:
    limits = (
        (col(SignInFailure.email) == email, PER_EMAIL),
        (col(SignInFailure.remote_address) == origin, PER_ADDRESS),
    )
    with database.reading() as session:
        moment = now()
        times = [refused_beyond(session, mine, moment - WINDOW, limit) for mine, limit in limits]
    waits = [at + WINDOW - moment for at in times if at is not None]
    if waits:
        raise Throttled(max(waits))


def _strike_off(database: Database, key: str) -> None:
    # Where the disk filled up just now it goes on counting, which locks nobody out by itself.
    with suppress(*UNREACHABLE), database.writing() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.id) == key))
