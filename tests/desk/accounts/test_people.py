"""Who is let in, with which role, and who no longer: by an administrator or on the machine."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from app.desk.accounts import people
from app.desk.accounts.links import LinkUsedUp, use_link, welcome
from app.desk.accounts.sessions import (
    Browser,
    WrongCredentials,
    actor_for,
    in_memory,
    sign_in,
    user_for_cookie,
)
from app.desk.accounts.users import UserRefused
from app.desk.context import Actor
from app.records.accounts import AuditEntry, Role, User, user_by_email
from app.records.database import Database
from tests.cast import ADMIN, OPERATOR, PASSWORD, VIEWER, Member, enroll

pytestmark = pytest.mark.sqlite_will_do

HERE, THERE = Browser("192.0.2.1", "a browser"), Browser("192.0.2.2")
NEW = "new@example.jp"


@pytest.fixture
def cast(any_database: Database) -> Database:
    enroll(any_database)
    return any_database


def the(database: Database, who: Member | str) -> User:
    with database.reading() as session:
        user = user_by_email(session, who if isinstance(who, str) else who.email)
        assert user is not None
        return user


def admin(database: Database) -> Actor:
    return actor_for(the(database, ADMIN), "192.0.2.9")


def key_of(path: str) -> str:
    return path.partition("key=")[2]


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        return list(session.exec(select(AuditEntry).order_by(AuditEntry.id)).all())


def test_an_invitation_lets_in_once_and_whom_it_is_for(cast: Database) -> None:
    user, path = people.invite(cast, admin(cast), " New@Example.jp", "approver")
    assert (user.email, user.role, user.password_hash) == (NEW, Role.APPROVER, None)
    looked = [welcome(cast, key_of(path)) for _ in range(3)]
    assert [one.email for one in looked if one] == [NEW] * 3
    secret = use_link(cast, key_of(path), HERE)
    found = user_for_cookie(cast, secret)
    assert found
    assert found.email == NEW
    assert welcome(cast, key_of(path)) is None
    with pytest.raises(LinkUsedUp):
        use_link(cast, key_of(path), HERE)


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [("nobody", "viewer", "email"), (OPERATOR.email, "viewer", "email"), (NEW, "owner", "role")],
)
def test_an_invitation_that_cannot_be_is_refused_by_field(
    cast: Database, email: str, role: str, field: str
) -> None:
    with pytest.raises(UserRefused) as refused:
        people.invite(cast, admin(cast), email, role)
    assert list(refused.value.problems) == [field]


def test_a_new_link_ends_the_earlier_one_and_the_password_when_it_is_used(cast: Database) -> None:
    key = the(cast, OPERATOR).id
    _, first = people.new_link(cast, None, key)
    _, second = people.new_link(cast, None, key)
    assert welcome(cast, key_of(first)) is None
    there = sign_in(cast, OPERATOR.email, PASSWORD, THERE)
    assert user_for_cookie(cast, use_link(cast, key_of(second), HERE))
    assert user_for_cookie(cast, there) is None
    with pytest.raises(WrongCredentials):
        sign_in(cast, OPERATOR.email, PASSWORD, THERE)


def test_another_role_counts_at_once_and_is_signed_in_for_anew(cast: Database) -> None:
    secret = sign_in(cast, OPERATOR.email, PASSWORD, HERE)
    kept = in_memory.start(the(cast, OPERATOR).id)
    people.set_role(cast, admin(cast), the(cast, OPERATOR).id, "viewer")
    assert user_for_cookie(cast, secret) is None
    assert user_for_cookie(cast, kept) is None
    assert the(cast, OPERATOR).role is Role.VIEWER


def test_whoever_is_disabled_is_out_at_once_and_by_every_way(cast: Database) -> None:
    key = the(cast, OPERATOR).id
    secret = sign_in(cast, OPERATOR.email, PASSWORD, HERE)
    _, path = people.new_link(cast, None, key)
    people.disable(cast, admin(cast), key)
    assert user_for_cookie(cast, secret) is None
    assert welcome(cast, key_of(path)) is None
    with pytest.raises(LinkUsedUp):
        use_link(cast, key_of(path), HERE)
    with pytest.raises(WrongCredentials):
        sign_in(cast, OPERATOR.email, PASSWORD, HERE)
    with pytest.raises(UserRefused):
        people.new_link(cast, None, key)
    people.enable(cast, admin(cast), key)
    assert user_for_cookie(cast, sign_in(cast, OPERATOR.email, PASSWORD, HERE))


def test_signing_somebody_out_ends_each_of_their_sign_ins_and_nobody_elses(cast: Database) -> None:
    theirs = [sign_in(cast, OPERATOR.email, PASSWORD, one) for one in (HERE, THERE)]
    mine = sign_in(cast, ADMIN.email, PASSWORD, HERE)
    people.sign_out_everywhere(cast, None, the(cast, OPERATOR).id)
    assert [user_for_cookie(cast, secret) for secret in theirs] == [None, None]
    assert user_for_cookie(cast, mine)


def test_the_last_administrator_stays(cast: Database) -> None:
    key = the(cast, ADMIN).id
    with pytest.raises(UserRefused):
        people.disable(cast, None, key)
    with pytest.raises(UserRefused):
        people.set_role(cast, None, key, "approver")
    # Somebody who has only been invited cannot sign in yet.
    people.invite(cast, admin(cast), NEW, "admin")
    with pytest.raises(UserRefused):
        people.disable(cast, None, key)


def test_of_two_administrators_who_put_each_other_out_one_stays(cast: Database) -> None:
    people.set_role(cast, None, the(cast, VIEWER).id, "admin")
    keys = [the(cast, one).id for one in (ADMIN, VIEWER)]

    def put_out(key: str) -> bool:
        try:
            people.disable(cast, None, key)
        except UserRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put_out, keys)) == [False, True]


def test_each_change_is_written_down_with_who_made_it(database: Database) -> None:
    enroll(database)
    actor, key = admin(database), the(database, OPERATOR).id
    people.invite(database, actor, NEW, "viewer")
    people.set_role(database, actor, key, "approver")
    people.disable(database, actor, key)
    people.enable(database, actor, key)
    people.new_link(database, actor, key)
    people.sign_out_everywhere(database, None, key)
    written = entries(database)
    assert [one.action for one in written] == [
        "user-invited",
        "user-role",
        "user-disabled",
        "user-enabled",
        "user-link",
        "user-signed-out",
    ]
    assert {one.email for one in written[:-1]} == {ADMIN.email}
    assert written[-1].email == "command line"
    assert '"before": "operator", "after": "approver"' in written[1].detail
    assert "key=" not in " ".join(one.detail for one in written)


def test_nobody_is_no_user(database: Database) -> None:
    for deed in (people.disable, people.enable, people.new_link, people.sign_out_everywhere):
        with pytest.raises(LookupError):
            deed(database, None, "nobody")
