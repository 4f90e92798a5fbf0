"""The throttle: guessing is slow, and nobody is locked out by what strangers do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import throttle
from app.desk.accounts.known_browsers import LIFETIME, bucket, mark
from app.desk.accounts.throttle import (
    PER_BROWSER,
    PER_PAIR,
    SLOW,
    SLOW_PER_ADDRESS,
    SLOW_PER_EMAIL,
    WINDOW,
    Throttled,
    Try,
    judged,
)
from app.records.accounts import SignInFailure
from app.records.database import Database
from tests.conftest import swept

MINE, THEIRS = "owner@example.jp", "other@example.jp"
HOME, ABROAD = "192.0.2.1", "198.51.100.7"
SECOND = timedelta(seconds=1)


class Guesses:
    """Tries at passwords at a time that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = now()
        self.looked = 0

    def __call__(self) -> datetime:
        return self.at

    def guess(self, email: str, address: str, own: str = "", *, right: bool = False) -> bool:
        """Try once; whether it was judged right. Raises Throttled."""
        return judged(self.database, Try(email, address, own), lambda: self._look(right=right))

    def _look(self, *, right: bool) -> bool:
        self.looked += 1
        return right

    def waits(self, email: str, address: str, own: str = "") -> timedelta:
        """How long the right password would have to wait now."""
        try:
            assert self.guess(email, address, own, right=True)
        except Throttled as throttled:
            return throttled.wait
        return timedelta()

    def failed(self, email: str, addresses: list[str], each: int) -> None:
        """Failures just now, as if each had been judged."""
        with self.database.writing() as session:
            for address in addresses:
                for _ in range(each):
                    session.add(SignInFailure(at=self.at, email=email, remote_address=address))


@pytest.fixture
def guesses(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guesses]:
    guesses = Guesses(database)
    monkeypatch.setattr(throttle, "now", guesses)
    yield guesses
    swept(database)


def everywhere(number: int) -> list[str]:
    return [f"203.0.{one // 250}.{one % 250}" for one in range(number)]


def test_from_one_address_one_e_mail_is_tried_a_few_times(guesses: Guesses) -> None:
    for _ in range(PER_PAIR):
        assert not guesses.guess(MINE, ABROAD)
    assert WINDOW - SECOND <= guesses.waits(MINE, ABROAD) <= WINDOW
    assert guesses.looked == PER_PAIR
    # Neither the owner at home nor anybody else there has to wait for it.
    assert not guesses.waits(MINE, HOME)
    assert not guesses.waits(THEIRS, ABROAD)
    guesses.at += WINDOW
    assert not guesses.waits(MINE, ABROAD)


def test_an_ipv6_network_is_one_address_however_many_it_chooses(guesses: Guesses) -> None:
    for number in range(PER_PAIR):
        guesses.guess(MINE, f"2001:db8::{number}")
    assert guesses.waits(MINE, "2001:db8::ffff")
    assert not guesses.waits(MINE, "2001:db8:0:1::1")


@pytest.mark.parametrize("own", [False, True], ids=["a stranger", "a known browser"])
def test_an_attack_from_everywhere_makes_the_owner_wait_for_seconds_at_most(
    guesses: Guesses, *, own: bool
) -> None:
    guesses.failed(MINE, everywhere(1000), 1)
    known = bucket(MINE, mark(MINE)) if own else ""
    wait = guesses.waits(MINE, HOME, known)
    if own:
        assert wait == timedelta()
        return
    assert timedelta() < wait <= SLOW
    looked = guesses.looked
    # Coming again too soon makes it no longer, and costs no look at the password.
    guesses.at += SLOW / 2
    assert guesses.waits(MINE, HOME) == SLOW / 2
    assert guesses.looked == looked
    guesses.at += SLOW / 2
    assert guesses.waits(MINE, HOME) == timedelta()
    assert not guesses.waits(THEIRS, HOME)


def test_where_strangers_are_slowed_each_of_their_tries_waits(guesses: Guesses) -> None:
    guesses.failed(MINE, everywhere(SLOW_PER_EMAIL), 1)
    with pytest.raises(Throttled):
        guesses.guess(MINE, ABROAD)
    guesses.at += SLOW
    assert not guesses.guess(MINE, ABROAD)
    with pytest.raises(Throttled):
        guesses.guess(MINE, ABROAD)
    assert guesses.looked == 1


def test_whoever_shares_an_address_with_a_guesser_waits_for_seconds_at_most(
    guesses: Guesses,
) -> None:
    for number in range(SLOW_PER_ADDRESS):
        guesses.guess(f"made-up-{number}@example.jp", HOME)
    assert timedelta() < guesses.waits(MINE, HOME) <= SLOW
    guesses.at += SLOW
    assert guesses.waits(MINE, HOME) == timedelta()


def test_a_known_browser_that_guesses_becomes_a_stranger(guesses: Guesses) -> None:
    known = bucket(MINE, mark(MINE))
    for number in range(PER_BROWSER):
        guesses.guess(MINE, f"203.0.113.{number}", known)
    assert not guesses.waits(MINE, HOME, known)
    for _ in range(PER_PAIR):
        guesses.guess(MINE, ABROAD, known)
    assert guesses.waits(MINE, ABROAD, known) > SLOW


def test_refusals_are_forgotten_after_the_window(guesses: Guesses) -> None:
    guesses.failed(MINE, everywhere(40), 1)
    guesses.at += WINDOW
    assert not guesses.waits(MINE, HOME)
    with guesses.database.reading() as session:
        assert session.exec(select(SignInFailure)).all() == []


def test_guesses_sent_all_at_once_are_not_judged_beyond_the_limit(any_database: Database) -> None:
    def was_judged(_: int) -> bool:
        try:
            return not judged(any_database, Try(MINE, ABROAD), lambda: False)
        except Throttled:
            return False

    with ThreadPoolExecutor(4 * PER_PAIR) as pool:
        assert sum(pool.map(was_judged, range(4 * PER_PAIR))) <= PER_PAIR


def test_a_browser_is_known_by_what_we_have_signed_and_for_whom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cookie = mark(MINE)
    assert bucket(MINE, cookie) == bucket(MINE, cookie) != ""
    assert bucket(MINE, mark(MINE)) != bucket(MINE, cookie)
    since, name, signature = cookie.split(".")
    for forged in (
        None,
        "",
        "..",
        f"{since}.x.{signature}",
        f"9{since}.{name}.{signature}",
        "é.é.é",
    ):
        assert bucket(MINE, forged) == ""
    assert bucket(THEIRS, cookie) == ""
    later = now() + LIFETIME
    monkeypatch.setattr("app.desk.accounts.known_browsers.now", lambda: later)
    assert bucket(MINE, cookie) == ""
