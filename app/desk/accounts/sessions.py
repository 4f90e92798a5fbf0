"""Signing in and out: one row for each browser, known by the digest of its cookie."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col

from app.clock import now
from app.desk.accounts.in_memory import LIFETIME, SignInsInMemory
from app.desk.accounts.known_browsers import bucket
from app.desk.accounts.notices import tell
from app.desk.accounts.passwords import is_right
from app.desk.accounts.sign_in_notes import note_failed, note_throttled
from app.desk.accounts.throttle import Throttled, Try, judged
from app.desk.audit import record_action
from app.desk.context import USUAL_TERMS, Actor, SignInTerms
from app.records.account_notices import Changed
from app.records.accounts import SignIn, User, sign_in_by_secret, sign_ins_of, user_by_email
from app.records.columns import EMAIL_LENGTH
from app.records.database import UNREACHABLE, Database
from app.records.keys import digest, new_secret

log = logging.getLogger(__name__)

in_memory = SignInsInMemory()
"""Those that this process could not store."""

TOUCHED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a sign-in was last used: each time costs a commit."""

USER_AGENT_LENGTH = 200


@dataclass(frozen=True)
class Browser:
    """Where a sign-in comes from, and how long it may last.

    `old_secret`: the sign-in it already has, which the new ends. `mark`: what it shows to be known
    by (see `known_browsers`).
    """

    remote_address: str
    user_agent: str = ""
    old_secret: str | None = None
    mark: str | None = None
    terms: SignInTerms = USUAL_TERMS


class WrongCredentials(Exception):
    """E-mail or password is wrong; it is never said which."""


def sign_in(database: Database, email: str, password: str, browser: Browser) -> str:
    """The secret for the browser's cookie. Raises WrongCredentials or Throttled."""
    email = email.strip().lower()[:EMAIL_LENGTH]
    with database.reading() as session:
        user = user_by_email(session, email)
    known = None if user is None or user.disabled_at else user
    stored = known.password_hash if known else None
    one = Try(email, browser.remote_address, own=bucket(email, browser.mark))
    try:
        right = judged(database, one, lambda: is_right(stored, password))
    except Throttled:
        note_throttled(database, known, browser.remote_address)
        raise
    if known is None or not right:
        note_failed(database, known, browser.remote_address)
        raise WrongCredentials
    try:
        with database.writing() as session:
            if not one.own:
                # Whoever sits at the others learns of it; at a first one a page tells nobody.
                here, others = (
                    actor_for(known, browser.remote_address),
                    sign_ins_of(session, known.id, now()),
                )
                tell(session, known, Changed.NEW_BROWSER, here, seen_at=None if others else now())
            return start_session(session, known, browser)
    except UNREACHABLE:
        if secret := in_memory.start(known.id):
            log.warning("a sign-in cannot be stored: it is kept in memory for %s", LIFETIME)
            return secret
        raise


def start_session(session: Session, user: User, browser: Browser) -> str:
    """Give the browser a new sign-in of this user in place of the one it has."""
    moment = now()
    session.exec(delete(SignIn).where(col(SignIn.expires_at) <= moment))
    if browser.old_secret:
        _end(session, browser.old_secret)
    secret = new_secret()
    session.add(
        SignIn(
            secret_digest=digest(secret),
            user_key=user.id,
            created_at=moment,
            seen_at=moment,
            expires_at=_expiry(moment, moment, browser.terms),
            remote_address=browser.remote_address,
            user_agent=browser.user_agent[:USER_AGENT_LENGTH],
        )
    )
    record_action(session, actor_for(user, browser.remote_address), "signed-in")
    return secret


def sign_out(database: Database, actor: Actor, secret: str) -> None:
    """End one browser's sign-in."""
    if in_memory.end(secret):
        return
    with database.writing() as session:
        _end(session, secret)
        record_action(session, actor, "signed-out")


def touch(database: Database, sign_in: SignIn, terms: SignInTerms) -> None:
    """Somebody has just used this sign-in: it goes on. Where nothing can be stored it does not."""
    moment = now()
    if moment - sign_in.seen_at < TOUCHED_EVERY:
        return
    expires = _expiry(sign_in.created_at, moment, terms)
    # Whatever has ended meanwhile stays ended.
    still = update(SignIn).where(col(SignIn.id) == sign_in.id, col(SignIn.expires_at) > moment)
    with suppress(*UNREACHABLE), database.writing() as session:
        session.exec(still.values(seen_at=moment, expires_at=expires))


def _expiry(began: datetime, used: datetime, terms: SignInTerms) -> datetime:
    return min(began + terms.lifetime, used + terms.idle)


def end_one(database: Database, actor: Actor, key: str) -> None:
    """End one of one's own sign-ins."""
    _end_some(database, actor, col(SignIn.id) == key)


def end_others(database: Database, actor: Actor, secret: str) -> None:
    """End every sign-in of one's own but this one."""
    _end_some(database, actor, col(SignIn.secret_digest) != digest(secret))


def _end_some(database: Database, actor: Actor, which: ColumnElement[bool]) -> None:
    with database.writing() as session:
        mine = delete(SignIn).where(col(SignIn.user_key) == actor.user_key, which)
        ended = session.exec(mine).rowcount
        if ended:
            record_action(session, actor, "sign-ins-ended", ended=ended)


def user_for_cookie(database: Database, secret: str | None) -> User | None:
    """The user behind a cookie."""
    if not secret:
        return None
    with database.reading() as session:
        found = sign_in_behind(session, secret)
    return found[0] if found else None


def sign_in_behind(session: Session, secret: str) -> tuple[User, SignIn | None] | None:
    """The user behind a valid cookie, with the sign-in; None for one that is kept in memory."""
    if found := sign_in_by_secret(session, secret, now()):
        return found[1], found[0]
    user_key = in_memory.user_key(secret)
    user = session.get(User, user_key) if user_key else None
    return None if user is None or user.disabled_at else (user, None)


def end_other_sign_ins(session: Session, user: User, but: SignIn) -> None:
    """End every sign-in of this user but one."""
    others = delete(SignIn).where(col(SignIn.user_key) == user.id, col(SignIn.id) != but.id)
    session.exec(others)
    in_memory.end_all_of(user.id)


def end_all_sign_ins(session: Session, user: User) -> None:
    """End every sign-in of this user, wherever it is."""
    session.exec(delete(SignIn).where(col(SignIn.user_key) == user.id))
    in_memory.end_all_of(user.id)


def _end(session: Session, secret: str) -> None:
    session.exec(delete(SignIn).where(col(SignIn.secret_digest) == digest(secret)))


def actor_for(user: User, remote_address: str, factor_at: datetime | None = None) -> Actor:
    """A user as the one who acts. `factor_at`: when the second factor was last given."""
    return Actor(user.id, user.email, user.role, remote_address, factor_at)
