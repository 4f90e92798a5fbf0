"""Users, passwords, the brake on guessing, and the first admin."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from app.clock import now
from app.desk.accounts import sessions
from app.desk.accounts.first_admin import (
    LINK_LIFETIME,
    ensure_first_admin,
    first_sign_in_link,
)
from app.desk.accounts.links import LinkUsedUp, use_link, welcome
from app.desk.accounts.passwords import hash_password, is_right
from app.desk.accounts.sessions import Browser, WrongCredentials, sign_in, user_for_cookie
from app.desk.accounts.throttle import PER_BROWSER
from app.desk.accounts.users import AccountDraft, UserRefused, add_user, change_account
from app.protocol.words import say
from app.records.accounts import (
    AuditEntry,
    Role,
    SignIn,
    SignInLink,
    User,
    user_by_email,
)
from app.records.database import Database
from tests.cast import DEAR_HASHER, OPERATOR, PASSWORD, enroll

pytestmark = pytest.mark.sqlite_will_do

HERE = Browser("192.0.2.1", "a browser")
THERE = Browser("192.0.2.2")


@pytest.fixture
def people(database: Database) -> Database:
    enroll(database)
    return database


def key_of(link: str | None) -> str:
    assert link is not None
    return link.partition("key=")[2]


def test_a_password_is_stored_as_argon2id_and_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.desk.accounts.passwords._hasher", DEAR_HASHER)
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$")
    # 64 MiB for each guess.
    assert "$m=65536," in stored
    assert is_right(stored, PASSWORD)
    assert not is_right(stored, PASSWORD + "x")
    assert not is_right(None, PASSWORD)


def test_a_user_who_was_added_signs_in_whatever_the_case_of_the_email(
    any_database: Database,
) -> None:
    add_user(any_database, " Someone@Example.JP ", PASSWORD, "viewer")
    user = user_for_cookie(
        any_database, sign_in(any_database, "SOMEONE@example.jp", PASSWORD, HERE)
    )
    assert user
    assert (user.email, user.role) == ("someone@example.jp", Role.VIEWER)


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("no-address", PASSWORD, "email"),
        ("two words@example.jp", PASSWORD, "email"),
        ("a@b\n", PASSWORD, "email"),
        ("x" * 250 + "@b.jp", PASSWORD, "email"),
        (OPERATOR.email, PASSWORD, "email"),
        ("new@example.jp", "nine char", "password"),
    ],
)
def test_a_user_who_cannot_be_kept_is_refused_by_field(
    people: Database, email: str, password: str, field: str
) -> None:
    with pytest.raises(UserRefused) as refused:
        add_user(people, email, password, "operator")
    assert list(refused.value.problems) == [field]


def test_an_unknown_role_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="owner"):
        add_user(database, "new@example.jp", PASSWORD, "owner")


def test_a_disabled_user_and_one_without_a_password_do_not_get_in(people: Database) -> None:
    with people.writing() as session:
        user = user_by_email(session, OPERATOR.email)
        assert user
        user.disabled_at = now()
        session.add(User(email="admin@localhost", role=Role.ADMIN))
    for email in (OPERATOR.email, "admin@localhost"):
        with pytest.raises(WrongCredentials):
            sign_in(people, email, PASSWORD, HERE)


def test_the_present_password_cannot_be_guessed_at_the_account_form(people: Database) -> None:
    with people.reading() as session:
        user = user_by_email(session, OPERATOR.email)
    assert user
    actor = sessions.actor_for(user, HERE.remote_address)
    here = replace(HERE, old_secret="this browser")
    for _ in range(PER_BROWSER):
        with pytest.raises(UserRefused) as refused:
            change_account(people, actor, AccountDraft(OPERATOR.email, "a guess"), here)
        assert "not your present password" in say("en", refused.value.problems["password_now"])
    with pytest.raises(UserRefused) as refused:
        change_account(people, actor, AccountDraft(OPERATOR.email, PASSWORD), here)
    assert "Too many tries" in say("en", refused.value.problems["password_now"])


def test_signing_in_and_changing_the_account_are_recorded_without_a_secret(
    people: Database,
) -> None:
    secret = sign_in(people, OPERATOR.email, PASSWORD, HERE)
    user = user_for_cookie(people, secret)
    assert user
    actor = sessions.actor_for(user, HERE.remote_address)
    draft = AccountDraft("new@example.jp", PASSWORD, "another password", "another password")
    change_account(people, actor, draft, HERE)
    with people.reading() as session:
        entries = session.exec(select(AuditEntry)).all()
    assert [entry.action for entry in entries] == ["signed-in", "account-changed", "signed-in"]
    assert {entry.remote_address for entry in entries} == {HERE.remote_address}
    written = " ".join(entry.detail for entry in entries)
    assert "new@example.jp" in written
    assert "another password" not in written


def test_the_settings_make_the_first_admin_once(any_database: Database) -> None:
    ensure_first_admin(any_database, "Boss@Example.jp", PASSWORD)
    ensure_first_admin(any_database, "other@example.jp", PASSWORD)
    user = user_for_cookie(any_database, sign_in(any_database, "boss@example.jp", PASSWORD, HERE))
    assert user
    assert user.role is Role.ADMIN
    assert first_sign_in_link(any_database, "http://desk") is None
    with any_database.reading() as session:
        assert user_by_email(session, "other@example.jp") is None


def test_each_start_without_a_user_has_a_link_of_its_own_and_ends_the_one_before(
    database: Database,
) -> None:
    first, second = (first_sign_in_link(database, "https://desk.example.jp") for _ in range(2))
    assert second
    assert second.startswith("https://desk.example.jp/login/link?key=")
    assert welcome(database, key_of(second))
    assert not welcome(database, key_of(first))
    with pytest.raises(LinkUsedUp):
        use_link(database, key_of(first), HERE)
    use_link(database, key_of(second), HERE)


def test_one_of_many_who_press_the_button_at_once_gets_in(any_database: Database) -> None:
    keys = [key_of(first_sign_in_link(any_database, ""))] * 8

    def press(key: str) -> str | None:
        try:
            return use_link(any_database, key, HERE)
        except LinkUsedUp:
            return None

    with ThreadPoolExecutor(len(keys)) as pool:
        secrets = [secret for secret in pool.map(press, keys) if secret]
    assert len(secrets) == 1
    user = user_for_cookie(any_database, secrets[0])
    assert user
    assert (user.email, user.role, user.password_hash) == ("admin@localhost", Role.ADMIN, None)
    assert not any(welcome(any_database, key) for key in keys)


def test_whoever_left_without_choosing_a_password_is_let_in_by_the_next_start(
    database: Database,
) -> None:
    first = first_sign_in_link(database, "http://desk")
    assert first
    use_link(database, key_of(first), HERE)
    second, third = (first_sign_in_link(database, "http://desk") for _ in range(2))
    assert not welcome(database, key_of(second))
    use_link(database, key_of(third), HERE)
    with database.writing() as session:
        (admin,) = session.exec(select(User)).all()
        admin.password_hash = "chosen"
    assert first_sign_in_link(database, "http://desk") is None


def test_a_link_expires(database: Database) -> None:
    key = key_of(first_sign_in_link(database, ""))
    with database.writing() as session:
        link = session.exec(select(SignInLink)).one()
        link.expires_at -= LINK_LIFETIME
    assert not welcome(database, key)
    with pytest.raises(LinkUsedUp):
        use_link(database, key, HERE)


def test_no_secret_is_stored_in_clear(database: Database) -> None:
    key = key_of(first_sign_in_link(database, ""))
    secret = use_link(database, key, HERE)
    with database.reading() as session:
        rows = [*session.exec(select(SignIn)).all(), *session.exec(select(SignInLink)).all()]
    stored = " ".join(str(row.model_dump()) for row in rows)
    assert key not in stored
    assert secret not in stored
