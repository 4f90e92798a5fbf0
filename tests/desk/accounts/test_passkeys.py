"""Passkeys: which are kept, which signatures count, and whose challenge they answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from sqlmodel import col, select

from app.desk.accounts import passkeys
from app.desk.accounts.passkeys import CHALLENGE_LASTS, PasskeyRefused, Site, site_of
from app.desk.accounts.second_factor import Enrolled, WrongCode, give, switch_off
from app.desk.accounts.sessions import Browser, actor_for, sign_in, user_for_cookie
from app.desk.context import Actor
from app.records.accounts import AuditEntry, SignIn, User, user_by_email
from app.records.database import Database
from app.records.keys import digest
from app.records.passkeys import Passkey, passkeys_of
from tests.authenticator import PRESENT, Device
from tests.cast import ADMIN, APPROVER, PASSWORD, Member, enroll

SITE = Site("desk.example.jp", "https://desk.example.jp")
HERE = Browser("192.0.2.1")


@dataclass
class Person:
    """Somebody in one browser, with a device beside it."""

    database: Database
    member: Member
    secret: str
    device: Device

    @property
    def sign_in(self) -> SignIn:
        with self.database.reading() as session:
            mine = select(SignIn).where(SignIn.secret_digest == digest(self.secret))
            return session.exec(mine).one()

    @property
    def user(self) -> User:
        with self.database.reading() as session:
            user = user_by_email(session, self.member.email)
            assert user is not None
            return user

    @property
    def actor(self) -> Actor:
        return actor_for(self.user, "192.0.2.1")

    @property
    def kept(self) -> list[Passkey]:
        with self.database.reading() as session:
            return list(passkeys_of(session, self.user.id))

    def is_asked_to_register(self) -> str:
        return passkeys.ask_to_register(self.database, self.actor, self.sign_in, SITE)

    def is_asked_to_sign(self) -> str:
        return passkeys.ask_to_sign(self.database, self.actor, self.sign_in, SITE)

    def registers(self, device: Device | None = None, answer: str | None = None) -> Enrolled:
        device = device or self.device
        answer = answer or device.makes(self.is_asked_to_register())
        enrolled = passkeys.register(
            self.database, self.actor, self.sign_in, SITE, " My phone ", answer
        )
        self.secret = enrolled.secret
        return enrolled

    def gives(self, answer: str) -> None:
        self.secret = passkeys.give(self.database, self.actor, self.sign_in, SITE, answer)


def at_the_desk(database: Database, member: Member) -> Person:
    secret = sign_in(database, member.email, PASSWORD, HERE)
    return Person(database, member, secret, Device(SITE.name, SITE.origin))


@pytest.fixture
def person(database: Database) -> Person:
    enroll(database)
    return at_the_desk(database, APPROVER)


def audited(database: Database) -> list[str]:
    with database.reading() as session:
        query = select(AuditEntry.action).order_by(col(AuditEntry.number))
        return list(session.exec(query))


def test_the_first_one_is_a_second_factor_with_codes_and_ends_other_sign_ins(
    person: Person,
) -> None:
    elsewhere = sign_in(person.database, APPROVER.email, PASSWORD, HERE)
    enrolled = person.registers()
    assert len(enrolled.codes or ()) == 10
    assert user_for_cookie(person.database, elsewhere) is None
    assert person.user.factor_since is not None
    assert person.sign_in.factor_at is not None
    [kept] = person.kept
    assert (kept.name, kept.used_at) == ("My phone", None)
    assert audited(person.database)[-1] == "passkey-added"


def test_a_signature_counts_and_renews_the_sign_in(person: Person) -> None:
    person.registers()
    before = person.secret
    person.gives(person.device.signs(person.is_asked_to_sign()))
    assert user_for_cookie(person.database, before) is None
    assert user_for_cookie(person.database, person.secret) is not None
    [kept] = person.kept
    assert (kept.sign_count, kept.used_at is not None) == (1, True)


def test_a_recovery_code_stands_in_for_a_lost_device(person: Person) -> None:
    codes = person.registers().codes or []
    assert give(person.database, person.actor, person.sign_in, codes[0])


def test_a_challenge_is_answered_once(person: Person) -> None:
    person.registers()
    answer = person.device.signs(person.is_asked_to_sign())
    person.gives(answer)
    with pytest.raises(WrongCode):
        person.gives(answer)
    assert audited(person.database)[-1] == "second-factor-failed"


def test_an_answer_to_another_sign_ins_challenge_does_not_count(person: Person) -> None:
    person.registers()
    other = at_the_desk(person.database, APPROVER)
    person.is_asked_to_sign()
    answer = person.device.signs(other.is_asked_to_sign())
    with pytest.raises(WrongCode):
        person.gives(answer)


def test_a_challenge_is_answered_within_minutes(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.registers()
    answer = person.device.signs(person.is_asked_to_sign())
    until = person.sign_in.challenge_until
    assert until is not None
    monkeypatch.setattr(passkeys, "now", lambda: until)
    with pytest.raises(WrongCode):
        person.gives(answer)
    assert CHALLENGE_LASTS.total_seconds() == 300


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://desk.example.jp.evil.example"},
        {"origin": "http://desk.example.jp"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
    ids=["another origin", "without https", "another site", "holder not verified", "nobody there"],
)
def test_what_was_made_or_signed_otherwise_is_refused(
    person: Person, change: dict[str, object]
) -> None:
    forged = replace(person.device, **change)  # type: ignore[arg-type]
    with pytest.raises(PasskeyRefused):
        person.registers(forged)
    person.registers()
    with pytest.raises(WrongCode):
        person.gives(forged.signs(person.is_asked_to_sign()))
    assert person.kept[0].sign_count == 0


def test_a_passkey_of_somebody_else_does_not_count(person: Person) -> None:
    other = at_the_desk(person.database, ADMIN)
    other.registers()
    person.registers()
    with pytest.raises(WrongCode):
        person.gives(other.device.signs(person.is_asked_to_sign()))
    with pytest.raises(PasskeyRefused):
        person.registers(other.device)


def test_the_name_of_a_passkey_with_another_key_does_not_count(person: Person) -> None:
    person.registers()
    forged = Device(SITE.name, SITE.origin, credential_id=person.device.credential_id)
    with pytest.raises(WrongCode):
        person.gives(forged.signs(person.is_asked_to_sign()))


def test_a_copy_whose_count_lags_behind_does_not_count(person: Person) -> None:
    person.registers()
    copy = replace(person.device)
    person.device.count = 4
    person.gives(person.device.signs(person.is_asked_to_sign()))
    with pytest.raises(WrongCode):
        person.gives(copy.signs(person.is_asked_to_sign()))


@pytest.mark.parametrize(
    "answer", ["", "[]", "{", "[" * 50_000, '{"id": 1}', '{"id": "AA", "response": {}}', "\u00e9"]
)
def test_any_answer_is_refused_and_never_fails(person: Person, answer: str) -> None:
    person.registers()
    person.is_asked_to_sign()
    with pytest.raises(WrongCode):
        person.gives(answer or " ")
    person.is_asked_to_register()
    with pytest.raises(PasskeyRefused):
        person.registers(answer=answer or " ")


def test_however_an_attestation_is_altered_it_is_an_answer(person: Person) -> None:
    for cut in range(0, 700, 37):
        device = Device(SITE.name, SITE.origin)
        whole = device.makes(person.is_asked_to_register())
        with suppress(PasskeyRefused):
            person.registers(answer=whole[:cut] + "_" + whole[cut + 1 :])


def test_the_last_one_that_is_removed_switches_the_second_factor_off(person: Person) -> None:
    person.registers()
    second = Device(SITE.name, SITE.origin)
    assert person.registers(second).codes is None
    first, last = (one.id for one in person.kept)
    other = at_the_desk(person.database, ADMIN)
    passkeys.remove(person.database, other.actor, first)
    assert len(person.kept) == 2
    passkeys.remove(person.database, person.actor, first)
    assert person.user.factor_since
    passkeys.remove(person.database, person.actor, last)
    assert not person.user.factor_since
    assert audited(person.database)[-2:] == ["passkey-removed", "second-factor-off"]


def test_whoever_has_lost_everything_is_helped_and_has_none_then(person: Person) -> None:
    person.registers()
    switch_off(person.database, None, person.user.id)
    assert person.kept == []


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://desk.example.jp", SITE),
        ("https://desk.example.jp:8443", Site("desk.example.jp", "https://desk.example.jp:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://desk.example.jp", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]:8000", None),
    ],
)
def test_passkeys_are_for_a_name_that_browsers_trust(address: str, site: Site | None) -> None:
    assert site_of(address) == site
