"""One-time links: of a first start, of an invitation, of somebody who cannot get in any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.clock import now
from app.desk.accounts.first_admin import new_first_admin
from app.desk.accounts.notices import tell
from app.desk.accounts.sessions import Browser, actor_for, end_all_sign_ins, start_session
from app.records.account_notices import Changed
from app.records.accounts import SignInLink, User, any_user
from app.records.database import Database
from app.records.keys import digest, new_secret

PERSONS_LIFETIME = timedelta(hours=72)
"""A choice: an invitation that comes on a Friday still works on Monday."""

PATH = "/login/link?key="


class LinkUsedUp(Exception):
    """The link is used, expired or unknown, or it is no longer needed."""


@dataclass(frozen=True)
class Welcome:
    """Whom a link signs in; None: the first administrator."""

    email: str | None


def link_for(session: Session, user: User) -> str:
    """A new link of this user, as the end of an address; their earlier ones no longer work."""
    session.exec(delete(SignInLink).where(col(SignInLink.user_key) == user.id))
    key = new_secret()
    expires = now() + PERSONS_LIFETIME
    session.add(SignInLink(secret_digest=digest(key), expires_at=expires, user_key=user.id))
    return PATH + key


def welcome(database: Database, key: str) -> Welcome | None:
    """Whom the link would sign in; None when nobody. Looking uses nothing up."""
    with database.reading() as session:
        link = session.exec(_good(key)).one_or_none()
        if link is None:
            return None
        if link.user_key is None:
            return None if any_user(session) else Welcome(None)
        user = session.get_one(User, link.user_key)
        return None if user.disabled_at else Welcome(user.email)


def use_link(database: Database, key: str, browser: Browser) -> str:
    """Use the link up and return the secret of the new sign-in. Raises LinkUsedUp.

    Whoever comes by a link has no password any more and chooses a new one; whatever was signed in
    with the old one is signed out. A second factor stays, and is asked for next.
    """
    try:
        with database.writing() as session:
            return start_session(session, _whom(session, key, browser), browser)
    except IntegrityError:
        # Of two who become the first administrator at once one gets in: the e-mail is unique.
        raise LinkUsedUp from None


def _whom(session: Session, key: str, browser: Browser) -> User:
    link = session.exec(_good(key).with_for_update()).one_or_none()
    if link is None:
        raise LinkUsedUp
    link.used_at = now()
    if link.user_key is None:
        if any_user(session):
            raise LinkUsedUp
        return new_first_admin(session)
    user = session.get_one(User, link.user_key)
    if user.disabled_at:
        raise LinkUsedUp
    user.password_hash = None
    end_all_sign_ins(session, user)
    tell(session, user, Changed.LINK_USED, actor_for(user, browser.remote_address))
    return user


def _good(key: str) -> SelectOfScalar[SignInLink]:
    return select(SignInLink).where(
        SignInLink.secret_digest == digest(key),
        col(SignInLink.used_at).is_(None),
        col(SignInLink.expires_at) > now(),
    )
