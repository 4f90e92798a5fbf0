"""The throttle on guessing, which locks nobody out.

Narrow is only what somebody does to themselves: the tries from one address at one e-mail, and those
of one known browser. All that strangers do to an e-mail, or from an address that many share, only
slows: whoever is new there is asked to come again in a few seconds, and is then judged.

A try counts as refused from before it is judged, and is struck off when it proves right: however
many are sent at once, no more than the limit are ever judged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete
from sqlmodel import Session, col

from app.addresses import counted_as
from app.clock import now
from app.desk.accounts.in_memory import TriesInMemory
from app.records.accounts import SignInFailure, newest_refused
from app.records.database import UNREACHABLE, Database

WINDOW = timedelta(minutes=15)
PER_PAIR = 5
"""Tries within the WINDOW at one e-mail from one address. Of IPv6 a /64 counts as one."""

PER_BROWSER = 10
"""Tries within the WINDOW from one known browser, or with one sign-in; at one second factor."""

SLOW_PER_EMAIL = 30
SLOW_PER_ADDRESS = 20
"""Tries within the WINDOW at one e-mail from anywhere, and from one address at anybody's, beyond
which strangers are slowed. An office may sit behind one address, or a proxy nobody has named."""

SLOW = timedelta(seconds=20)
"""How long a stranger then waits before each try: an owner is in within a minute."""

UNSTORED_PER_EMAIL = 5


MANY = 1_000
"""Refusals within the WINDOW, of everybody together, from which on they are a storm."""


class Throttled(Exception):
    """Too many tries. `wait` is how long until the next one is judged."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries, the next in {wait}")
        self.wait = wait


@dataclass(frozen=True)
class Try:
    """One try: at what, from where, and by whom it is known.

    `own`: the known browser or the sign-in that tries; empty for a stranger. `strict`: nothing but
    `own` counts, and beyond its limit nobody is judged.
    """

    email: str
    remote_address: str
    own: str = ""
    strict: bool = False

    @property
    def origin(self) -> str:
        """As whom its address counts: of an IPv6 network one has as many as one likes."""
        return counted_as(self.remote_address)


in_memory = TriesInMemory()
"""What this process could not store."""


def judged(database: Database, one: Try, judge: Callable[[], bool]) -> bool:
    """Judge what was tried. Raises Throttled instead where there have been too many tries."""
    try:
        with database.reading() as session:
            _brake(session, one, None)
        key = _count(database, one)
    except UNREACHABLE:
        return _judged_unstored(one, judge)
    try:
        with database.reading() as session:
            _brake(session, one, key)
        right = judge()
    except _ComeAgain:
        # It stays, as what the wait is counted from.
        raise
    except Throttled:
        # Not judged, so it does not make the wait longer.
        _strike_off(database, key)
        raise
    if right:
        _strike_off(database, key)
    return right


class _ComeAgain(Throttled):
    """A stranger's first try where strangers are slowed."""


def are_many(session: Session) -> bool:
    """Whether a storm of refusals goes on."""
    anybodys = col(SignInFailure.id).is_not(None)
    return newest_refused(session, anybodys, now() - WINDOW, MANY, None) is not None


def _brake(session: Session, one: Try, key: str | None) -> None:
    """Raise Throttled where a try must wait. `key`: of its own row, once there is one."""
    if one.own:
        wait = _wait(session, col(SignInFailure.browser) == one.own, PER_BROWSER, key)
        if wait is None:
            return
        if one.strict:
            raise Throttled(wait)
    email = col(SignInFailure.email) == one.email
    address = col(SignInFailure.remote_address) == one.origin
    pair = and_(email, address)
    if wait := _wait(session, pair, PER_PAIR, key):
        raise Throttled(wait)
    if not _wait(session, email, SLOW_PER_EMAIL, key) and not _wait(
        session, address, SLOW_PER_ADDRESS, key
    ):
        return
    last = newest_refused(session, pair, now() - WINDOW, 0, key)
    if last is None and key is not None:
        raise _ComeAgain(SLOW)
    if last is not None and (left := last + SLOW - now()) > timedelta():
        raise Throttled(left)


def _wait(
    session: Session, mine: ColumnElement[bool], limit: int, key: str | None
) -> timedelta | None:
    """How long until fewer than `limit` of these refusals are within the window; None: so now."""
    moment = now()
    at = newest_refused(session, mine, moment - WINDOW, limit - 1, key)
    return None if at is None else at + WINDOW - moment


def _judged_unstored(one: Try, judge: Callable[[], bool]) -> bool:
    """The same by what this process remembers, while nothing can be stored."""
    counted = in_memory.count(one.email, one.origin, WINDOW)
    if counted is None:
        raise Throttled(WINDOW)
    limits = ((one.email, UNSTORED_PER_EMAIL), (one.origin, SLOW_PER_ADDRESS))
    times = [in_memory.nth_newest(value, limit) for value, limit in limits]
    waits = [at + WINDOW - counted.at for at in times if at is not None]
    right = not waits and judge()
    if right or waits:
        in_memory.strike_off(counted)
    if waits:
        raise Throttled(max(waits))
    return right


def _count(database: Database, one: Try) -> str:
    at = now()
    row = SignInFailure(at=at, email=one.email, remote_address=one.origin, browser=one.own)
    with database.writing() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.at) <= at - WINDOW))
        session.add(row)
    return row.id


def _strike_off(database: Database, key: str) -> None:
    # Where the disk filled up just now it goes on counting, which locks nobody out by itself.
    with suppress(*UNREACHABLE), database.writing() as session:
        session.exec(delete(SignInFailure).where(col(SignInFailure.id) == key))
