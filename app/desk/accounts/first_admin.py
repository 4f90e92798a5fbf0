"""The first user: from ADMIN_EMAIL and ADMIN_PASSWORD, or through the one-time link of a start."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app.clock import now
from app.desk.accounts.password_policy import password_problem
from app.desk.accounts.users import UserRefused, email_problem, store_user
from app.desk.validation_errors import collect
from app.records.accounts import (
    FIRST_EMAIL,
    Role,
    SignInLink,
    User,
    any_user,
    anybody_has_password,
    oldest_admin,
)
from app.records.database import Database
from app.records.keys import digest, new_secret

LINK_LIFETIME = timedelta(hours=24)


def ensure_first_admin(database: Database, email: str, password: str) -> None:
    """Make this the first admin unless there is a user already.

    Raises UserRefused for a password or an address that nobody else could have either.
    """
    with database.reading() as session:
        if any_user(session):
            return
    problems = collect(email=email_problem(email), password=password_problem(password, email))
    if problems:
        raise UserRefused(problems)
    # Two processes may start at once: the second finds the e-mail taken.
    with suppress(UserRefused):
        store_user(database, email, password, Role.ADMIN)


def first_sign_in_link(database: Database, base_url: str) -> str | None:
    """A new one-time address that signs the first admin in; None once somebody has a password.

    Whoever came by the first one and left without choosing a password comes in by the next. The
    earlier ones no longer work: each stands in a log that others may come to read.
    """
    with database.writing() as session:
        if anybody_has_password(session):
            return None
        admin = oldest_admin(session)
        if admin is None and any_user(session):
            return None
        owner = admin.id if admin else None
        session.exec(delete(SignInLink).where(col(SignInLink.user_key).is_not_distinct_from(owner)))
        key, expires = new_secret(), now() + LINK_LIFETIME
        session.add(SignInLink(secret_digest=digest(key), expires_at=expires, user_key=owner))
    return f"{base_url}/login/link?key={key}"


def new_first_admin(session: Session) -> User:
    """The first administrator, who has yet to choose an e-mail address and a password."""
    user = User(email=FIRST_EMAIL, role=Role.ADMIN)
    session.add(user)
    session.flush()
    return user
