"""The second factor: switched on, given, lost; and how often it may be guessed at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import second_factor, totp
from app.desk.accounts.second_factor import WrongCode, codes_left, give, switch_off, switch_on
from app.desk.accounts.sessions import Browser, actor_for, sign_in, user_for_cookie
from app.desk.accounts.throttle import PER_BROWSER, Throttled
from app.desk.context import Actor
from app.records.accounts import AuditEntry, RecoveryCode, SignIn, User, user_by_email
from app.records.database import Database
from app.records.keys import digest
from tests.cast import APPROVER, PASSWORD, enroll

pytestmark = pytest.mark.sqlite_will_do

HERE = Browser("192.0.2.1")


@dataclass
class Person:
    """Somebody with an app that makes codes."""

    database: Database
    secret: str

    @property
    def sign_in(self) -> SignIn:
        with self.database.reading() as session:
            mine = select(SignIn).where(SignIn.secret_digest == digest(self.secret))
            return session.exec(mine).one()

    @property
    def user(self) -> User:
        with self.database.reading() as session:
            user = user_by_email(session, APPROVER.email)
            assert user is not None
            return user

    @property
    def actor(self) -> Actor:
        return actor_for(self.user, "192.0.2.1")

    def code(self, later: int = 0) -> str:
        shared = self.user.totp_secret or second_factor.pending_secret(self.sign_in)
        return totp.code_of(shared, totp.step_of(now()) + later)

    def switches_on(self, code: str | None = None) -> list[str]:
        given = code or self.code()
        enrolled = switch_on(self.database, self.actor, self.sign_in, given)
        self.secret = enrolled.secret
        assert enrolled.codes is not None
        return enrolled.codes

    def gives(self, code: str) -> str:
        return give(self.database, self.actor, self.sign_in, code)


@pytest.fixture
def person(any_database: Database) -> Person:
    enroll(any_database)
    return Person(any_database, sign_in(any_database, APPROVER.email, PASSWORD, HERE))


def test_it_is_on_once_the_app_has_shown_that_it_knows_the_key(person: Person) -> None:
    elsewhere = sign_in(person.database, APPROVER.email, PASSWORD, Browser("192.0.2.2"))
    before = person.secret
    with pytest.raises(WrongCode):
        switch_on(person.database, person.actor, person.sign_in, "000000")
    with person.database.reading() as session:
        assert (
            session.exec(select(User.factor_since).where(User.email == APPROVER.email)).one()
            is None
        )
    assert len(person.switches_on()) == second_factor.CODES
    assert person.user.factor_since
    assert person.sign_in.factor_at
    # The cookie is another one, and whoever else was signed in is no longer.
    assert [user_for_cookie(person.database, one) for one in (before, elsewhere)] == [None, None]
    assert user_for_cookie(person.database, person.secret)


def test_a_code_is_taken_once_and_renews_the_sign_in(person: Person) -> None:
    used = person.code()
    person.switches_on(used)
    with pytest.raises(WrongCode):
        person.gives(used)
    following = person.code(later=1)
    before = person.secret
    person.secret = person.gives(f" {following[:3]} {following[3:]} ")
    assert user_for_cookie(person.database, before) is None
    with pytest.raises(WrongCode):
        person.gives(following)


def test_a_recovery_code_stands_in_once(person: Person) -> None:
    codes = person.switches_on()
    person.secret = person.gives(codes[3].upper())
    with pytest.raises(WrongCode):
        person.gives(codes[3])
    with person.database.reading() as session:
        assert codes_left(session, person.user.id) == second_factor.CODES - 1
    second_factor.renew_codes(person.database, person.actor)
    with pytest.raises(WrongCode):
        person.gives(codes[4])


def test_it_is_guessed_at_a_few_times_from_wherever(person: Person) -> None:
    person.switches_on()
    right = person.code(later=1)
    for number in range(PER_BROWSER):
        somewhere = replace(person.actor, remote_address=f"198.51.100.{number}")
        with pytest.raises(WrongCode):
            give(person.database, somewhere, person.sign_in, "000000")
    with pytest.raises(Throttled):
        person.gives(right)


def test_whoever_has_lost_it_is_helped_and_has_none_then(person: Person) -> None:
    codes = person.switches_on()
    switch_off(person.database, None, person.user.id)
    user = person.user
    assert (user.totp_secret, user.factor_since, user.totp_step) == (None, None, None)
    with pytest.raises(WrongCode):
        person.gives(codes[0])
    with pytest.raises(LookupError):
        switch_off(person.database, None, "nobody")


def test_neither_key_nor_codes_are_stored_in_clear(database: Database) -> None:
    enroll(database)
    person = Person(database, sign_in(database, APPROVER.email, PASSWORD, HERE))
    codes = person.switches_on()
    key = person.user.totp_secret
    assert key
    with database.reading() as session:
        raw = session.connection().exec_driver_sql("select totp_secret from users").all()
        stored = session.exec(select(RecoveryCode.code_digest)).all()
        written = " ".join(one.detail for one in session.exec(select(AuditEntry)).all())
    assert all(key not in bytes(row[0] or b"") for row in raw)
    assert not {code.replace("-", "") for code in codes} & {*stored}
    assert totp.as_text(key) not in written
