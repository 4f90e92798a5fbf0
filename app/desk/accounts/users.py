"""Users: who they are, and what they may change of their own account."""

import re
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.desk.accounts.notices import tell
from app.desk.accounts.password_policy import password_problem
from app.desk.accounts.passwords import hash_password, is_right
from app.desk.accounts.sessions import Browser, end_all_sign_ins, start_session
from app.desk.accounts.throttle import Throttled, Try, judged
from app.desk.audit import record_action
from app.desk.context import Actor
from app.desk.validation_errors import ValidationErrors, collect
from app.protocol.words import N_, Words
from app.records.account_notices import Changed
from app.records.accounts import Role, User, user_by_email
from app.records.columns import EMAIL_LENGTH
from app.records.database import Database
from app.records.keys import digest

NOT_AN_EMAIL = N_("This is not an e-mail address.")
EMAIL_TAKEN = N_("There is already a user with this e-mail address.")
NOT_THE_PASSWORD = N_("This is not your present password.")
NOT_THE_SAME = N_("The two passwords are not the same.")
TOO_MANY_TRIES = N_("Too many tries. Wait a while and try again.")

# Only what the e-mail could not reach anyway is refused; a host without a dot is fine in-house.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class UserRefused(ValidationErrors):
    """A user cannot be kept like this."""


@dataclass(frozen=True)
class AccountDraft:
    """What somebody typed to change their sign-in. An empty `password` keeps the present one."""

    email: str
    password_now: str = ""
    password: str = ""
    password_again: str = ""


def add_user(database: Database, email: str, password: str, role: str) -> User:
    """Add somebody who signs in with a password. Raises UserRefused."""
    problems = collect(email=email_problem(email), password=password_problem(password, email))
    if problems:
        raise UserRefused(problems)
    return store_user(database, email, password, Role(role))


def store_user(database: Database, email: str, password: str, role: Role) -> User:
    """Store a user whose values have been judged. Raises UserRefused when the e-mail is taken."""
    user = User(email=normalise_email(email), password_hash=hash_password(password), role=role)
    try:
        with database.writing() as session:
            session.add(user)
            session.flush()
            record_action(session, None, "user-added", subject=user.email, role=user.role)
    except IntegrityError:
        raise UserRefused({"email": EMAIL_TAKEN}) from None
    return user


def change_account(
    database: Database, actor: Actor, draft: AccountDraft, browser: Browser
) -> str | None:
    """Change one's own e-mail and password. Raises UserRefused.

    A new password ends every sign-in of this user; the one for this browser is returned.
    """
    with database.reading() as session:
        user = session.get_one(User, actor.user_key)
    problems = _account_problems(database, user, draft, browser)
    if problems:
        raise UserRefused(problems)
    hashed = hash_password(draft.password) if draft.password else None
    try:
        return _store_account(database, actor, draft, hashed, browser)
    except IntegrityError:
        raise UserRefused({"email": EMAIL_TAKEN}) from None


def _account_problems(
    database: Database, user: User, draft: AccountDraft, browser: Browser
) -> dict[str, Words]:
    wants_password = bool(draft.password) or user.password_hash is None
    return collect(
        email=email_problem(draft.email) or _taken(database, user, draft.email),
        password=password_problem(draft.password, draft.email) if wants_password else None,
        password_again=NOT_THE_SAME if draft.password != draft.password_again else None,
        password_now=_present_password_problem(database, user, draft, browser),
    )


def _taken(database: Database, user: User, email: str) -> Words | None:
    with database.reading() as session:
        other = user_by_email(session, email)
    return EMAIL_TAKEN if other and other.id != user.id else None


def _present_password_problem(
    database: Database, user: User, draft: AccountDraft, browser: Browser
) -> Words | None:
    if user.password_hash is None:
        return None
    # What strangers try at the sign-in is nothing to whoever is in already.
    own = f"sign-in {digest(browser.old_secret or '')}"[:64]
    one = Try(user.email, browser.remote_address, own=own, strict=True)
    try:
        right = judged(database, one, lambda: is_right(user.password_hash, draft.password_now))
    except Throttled:
        return TOO_MANY_TRIES
    return None if right else NOT_THE_PASSWORD


def _store_account(
    database: Database, actor: Actor, draft: AccountDraft, hashed: str | None, browser: Browser
) -> str | None:
    with database.writing() as session:
        user = session.get_one(User, actor.user_key)
        before, user.email = user.email, normalise_email(draft.email)
        record_action(
            session, actor, "account-changed", email=user.email, password=hashed is not None
        )
        if user.email != before:
            tell(session, user, Changed.EMAIL, actor, former_email=before)
        if hashed is None:
            return None
        if user.password_hash is not None:
            tell(session, user, Changed.PASSWORD, actor)
        user.password_hash = hashed
        end_all_sign_ins(session, user)
        return start_session(session, user, browser)


def set_preferences(
    database: Database, user_key: str, language: str | None, theme: str | None
) -> None:
    """Keep a user's choice of language or theme; None leaves it as it is."""
    with database.writing() as session:
        user = session.get_one(User, user_key)
        user.language = language or user.language
        user.theme = theme or user.theme


def email_problem(email: str) -> Words | None:
    """What is wrong with an e-mail address."""
    fits = len(email) <= EMAIL_LENGTH and email.isprintable() and _EMAIL.fullmatch(email.strip())
    return None if fits else NOT_AN_EMAIL


def normalise_email(email: str) -> str:
    """An e-mail address as it is kept and compared."""
    return email.strip().lower()
