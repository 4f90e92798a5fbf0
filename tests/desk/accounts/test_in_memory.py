"""Sign-ins that could not be stored: few, short, and ended like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import now
from app.desk.accounts import in_memory
from app.desk.accounts.in_memory import (
    LIFETIME,
    MOST_SIGN_INS,
    MOST_TRIES,
    SignInsInMemory,
    TriesInMemory,
)

WINDOW = timedelta(minutes=15)


def test_a_sign_in_is_known_by_its_secret_until_it_ends() -> None:
    sign_ins = SignInsInMemory()
    secret = sign_ins.start("key")
    assert secret
    assert sign_ins.user_key(secret) == "key"
    assert sign_ins.user_key("another") is None
    assert sign_ins.end(secret)
    assert sign_ins.user_key(secret) is None


def test_it_lasts_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_ins = SignInsInMemory()
    secret = sign_ins.start("key")
    assert secret
    later = now() + LIFETIME
    monkeypatch.setattr(in_memory, "now", lambda: later)
    assert sign_ins.user_key(secret) is None


def test_a_changed_password_ends_those_of_its_user() -> None:
    sign_ins = SignInsInMemory()
    mine, theirs = sign_ins.start("mine"), sign_ins.start("theirs")
    assert mine
    assert theirs
    sign_ins.end_all_of("mine")
    assert (sign_ins.user_key(mine), sign_ins.user_key(theirs)) == (None, "theirs")


def test_there_are_never_many() -> None:
    sign_ins = SignInsInMemory()
    assert all(sign_ins.start("key") for _ in range(MOST_SIGN_INS))
    assert sign_ins.start("key") is None


def test_tries_are_counted_by_e_mail_and_by_address_within_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = TriesInMemory()
    for number in range(3):
        tries.count("a@example.jp", f"192.0.2.{number}", WINDOW)
    assert tries.nth_newest("a@example.jp", 2) is not None
    assert tries.nth_newest("a@example.jp", 3) is None
    assert tries.nth_newest("192.0.2.1", 1) is None
    later = now() + WINDOW
    monkeypatch.setattr(in_memory, "now", lambda: later)
    tries.count("b@example.jp", "192.0.2.9", WINDOW)
    assert tries.nth_newest("a@example.jp", 0) is None


def test_too_many_tries_are_not_even_counted() -> None:
    tries = TriesInMemory()
    assert all(tries.count(str(number), "", WINDOW) for number in range(MOST_TRIES))
    assert tries.count("one more", "", WINDOW) is None
