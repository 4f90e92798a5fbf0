"""The first user: from ADMIN_EMAIL and ADMIN_PASSWORD, or through the one-time link of a start."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.clock import now
from app.desk.accounts.sessions import Browser, start_session
from app.desk.accounts.users import UserRefused, store_user
from app.records.accounts import Role, SignInLink, User, any_user
from app.records.database import Database
from app.records.keys import digest, new_secret

FIRST_EMAIL = "admin@localhost"
LINK_LIFETIME = timedelta(hours=24)


class LinkUsedUp(Exception):
    """The sign-in link is used, expired or unknown, or there is a user by now."""


def ensure_first_admin(database: Database, email: str, password: str) -> None:
    """Make this the first admin unless there is a user already.

    The password policy is for people who choose at a form; this one is the deployer's own.
    """
    with database.reading() as session:
        if any_user(session):
            return
    # Two processes may start at once: the second finds the e-mail taken.
    with suppress(UserRefused):
        store_user(database, email, password, Role.ADMIN)


def first_sign_in_link(database: Database, base_url: str) -> str | None:
    """A new one-time address that signs the first admin in; None once there is a user."""
    with database.writing() as session:
        if any_user(session):
            return None
        key = new_secret()
        session.add(SignInLink(secret_digest=digest(key), expires_at=now() + LINK_LIFETIME))
    return f"{base_url}/login/link?key={key}"


def link_is_good(database: Database, key: str) -> bool:
    """Whether the link would sign somebody in. Looking uses nothing up."""
    with database.reading() as session:
        return not any_user(session) and session.exec(_good(key)).first() is not None


def use_link(database: Database, key: str, browser: Browser) -> str:
    """Make the first admin, without a password yet, and return the secret of their sign-in.

    Raises LinkUsedUp. Of two who press the button at once one gets in: the e-mail is unique.
    """
    try:
        with database.writing() as session:
            _use_up(session, key)
            user = User(email=FIRST_EMAIL, role=Role.ADMIN)
            session.add(user)
            session.flush()
            return start_session(session, user, browser)
    except IntegrityError:
        raise LinkUsedUp from None


def _use_up(session: Session, key: str) -> None:
    if any_user(session):
        raise LinkUsedUp
    link = session.exec(_good(key)).one_or_none()
    if link is None:
        raise LinkUsedUp
    link.used_at = now()


def _good(key: str) -> SelectOfScalar[SignInLink]:
    return select(SignInLink).where(
        SignInLink.secret_digest == digest(key),
        col(SignInLink.used_at).is_(None),
        col(SignInLink.expires_at) > now(),
    )
