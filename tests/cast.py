"""The people in the tests: an admin, an approver, an operator, a viewer; and how they get in."""

from datetime import timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from starlette.applications import Starlette

from app.clock import now
from app.desk.accounts import passwords
from app.records.accounts import Role, SignIn, User, user_by_email
from app.records.database import Database
from app.records.keys import digest, new_secret

PASSWORD = "correct horse battery"


class Member(NamedTuple):
    email: str
    role: Role


ADMIN = Member("aoki@example.jp", Role.ADMIN)
APPROVER = Member("abe@example.jp", Role.APPROVER)
OPERATOR = Member("ogawa@example.jp", Role.OPERATOR)
VIEWER = Member("ueda@example.jp", Role.VIEWER)
CAST = (ADMIN, APPROVER, OPERATOR, VIEWER)


DEAR_HASHER = passwords._hasher
"""The desk's own."""


@cache
def cheap_hasher() -> PasswordHasher:
    """Its hashes are cheap to verify too: how slow one is stands in the hash itself."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def _hashed() -> str:
    return cheap_hasher().hash(PASSWORD)


def enroll(database: Database) -> None:
    """Give every member of the cast an account (the hash is made once)."""
    with database.writing() as session:
        for email, role in CAST:
            if user_by_email(session, email) is None:
                session.add(User(email=email, password_hash=_hashed(), role=role))


def signed_in_cookie(app: Starlette, member: Member) -> tuple[str, str]:
    """Sign a member in without the form, as with a second factor; the cookie's name and value."""
    secret = new_secret()
    with app.state.desk.database.writing() as session:
        user = user_by_email(session, member.email)
        assert user is not None
        expires = now() + timedelta(hours=1)
        row = SignIn(secret_digest=digest(secret), user_key=user.id, expires_at=expires)
        row.factor_at = now()
        session.add(row)
    return "desk_session", secret
