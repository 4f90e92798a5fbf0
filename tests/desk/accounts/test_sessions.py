"""Sign-ins: how long they last, and how they end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import sessions
from app.desk.accounts.sessions import Browser, sign_in, touch, user_for_cookie
from app.desk.context import SignInTerms
from app.records.accounts import SignIn, sign_in_by_secret, user_by_email
from app.records.database import Database
from app.records.keys import digest
from tests.cast import OPERATOR, PASSWORD, enroll

TERMS = SignInTerms(timedelta(hours=2), timedelta(minutes=30))
HERE = Browser("192.0.2.1", "a browser", terms=TERMS)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


class Watch:
    """What time it is for the sign-ins, as a test sets it."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(sessions, "now", watch)
    return watch


@pytest.fixture
def people(database: Database) -> Database:
    enroll(database)
    return database


def used(people: Database, secret: str, watch: Watch) -> bool:
    """Use a sign-in as the guard does; whether it still holds."""
    with people.reading() as session:
        found = sign_in_by_secret(session, secret, watch.at)
    if found:
        touch(people, found[0], TERMS)
    return found is not None


def test_a_sign_in_rests_for_as_long_as_it_may_and_no_longer(
    people: Database, watch: Watch
) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    watch.at += TERMS.idle - SECOND
    assert used(people, secret, watch)
    watch.at += TERMS.idle - SECOND
    assert used(people, secret, watch)
    watch.at += TERMS.idle
    assert not used(people, secret, watch)
    assert user_for_cookie(people, secret) is None


def test_however_much_it_is_used_it_ends(people: Database, watch: Watch) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    steps = 0
    while used(people, secret, watch):
        watch.at += TERMS.idle / 2
        steps += 1
    assert steps == TERMS.lifetime / (TERMS.idle / 2)


def test_its_use_is_written_down_once_a_minute(people: Database, watch: Watch) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    began = watch.at
    for _ in range(3):
        watch.at += MINUTE / 2
        used(people, secret, watch)
    with people.reading() as session:
        row = session.exec(select(SignIn)).one()
    assert row.seen_at == began + MINUTE


def test_what_has_ended_meanwhile_is_not_used_back_into_life(
    people: Database, watch: Watch
) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    with people.reading() as session:
        found = sign_in_by_secret(session, secret, watch.at)
    assert found
    watch.at += TERMS.idle
    touch(people, found[0], TERMS)
    assert user_for_cookie(people, secret) is None


def test_a_new_sign_in_clears_away_those_that_are_over(people: Database, watch: Watch) -> None:
    sign_in(people, OPERATOR.email, PASSWORD, HERE)
    watch.at += TERMS.idle
    sign_in(people, OPERATOR.email, PASSWORD, HERE)
    with people.reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 1


def test_one_ends_ones_own_sign_ins_one_by_one_or_all_others(people: Database) -> None:
    secrets = [sign_in(people, OPERATOR.email, PASSWORD, HERE) for _ in range(4)]
    with people.reading() as session:
        user = user_by_email(session, OPERATOR.email)
        second = session.exec(
            select(SignIn).where(SignIn.secret_digest == digest(secrets[1]))
        ).one()
    assert user
    actor = sessions.actor_for(user, "192.0.2.1")
    sessions.end_one(people, actor, second.id)
    assert [bool(user_for_cookie(people, one)) for one in secrets] == [True, False, True, True]
    sessions.end_others(people, actor, secrets[0])
    assert [bool(user_for_cookie(people, one)) for one in secrets] == [True, False, False, False]


def test_nobody_ends_a_sign_in_of_somebody_else(people: Database) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    with people.reading() as session:
        theirs = session.exec(select(SignIn)).one()
        admin = user_by_email(session, "aoki@example.jp")
    assert admin
    sessions.end_one(people, sessions.actor_for(admin, ""), theirs.id)
    sessions.end_others(people, sessions.actor_for(admin, ""), "")
    assert user_for_cookie(people, secret)
