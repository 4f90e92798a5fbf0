"""People: who is let in, with which role, and who no longer.

By an administrator, or from the command line of the machine itself (then nobody acts: None).
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.accounts.links import link_for
from app.desk.accounts.notices import tell
from app.desk.accounts.sessions import end_all_sign_ins
from app.desk.accounts.users import EMAIL_TAKEN, UserRefused, email_problem, normalise_email
from app.desk.audit import record_action
from app.desk.context import Actor
from app.desk.validation_errors import collect
from app.protocol.words import N_
from app.records.account_notices import Changed
from app.records.accounts import Role, User
from app.records.database import Database

NO_ROLE = N_("Choose one of the roles.")
NO_ACTION = N_("Choose what is to be done.")
LAST_ADMIN = N_("There would be no administrator left who can sign in.")
DISABLED = N_("This person is disabled. Let them in again first.")


def invite(database: Database, actor: Actor | None, email: str, role: str) -> tuple[User, str]:
    """A new user without a password, and the end of the address at which they choose one.

    Raises UserRefused.
    """
    problems = collect(email=email_problem(email), role=_role_problem(role))
    if problems:
        raise UserRefused(problems)
    user = User(email=normalise_email(email), role=Role(role))
    try:
        with database.writing() as session:
            session.add(user)
            session.flush()
            _record(session, actor, "user-invited", user, role=user.role)
            return user, link_for(session, user)
    except IntegrityError:
        raise UserRefused({"email": EMAIL_TAKEN}) from None


def set_role(database: Database, actor: Actor | None, user_key: str, role: str) -> User:
    """Give a user another role; they sign in anew. Raises UserRefused and LookupError."""
    if problem := _role_problem(role):
        raise UserRefused({"role": problem})
    with database.writing() as session:
        user = _locked(session, user_key)
        before, after = user.role, Role(role)
        if before is after:
            return user
        if after is not Role.ADMIN:
            _refuse_without_admin(session, user, "role")
        user.role = after
        end_all_sign_ins(session, user)
        tell(session, user, Changed.ROLE, actor)
        _record(session, actor, "user-role", user, before=before, after=after)
        return user


def disable(database: Database, actor: Actor | None, user_key: str) -> User:
    """Let somebody in no more, from this moment on. Raises UserRefused and LookupError."""
    with database.writing() as session:
        user = _locked(session, user_key)
        if user.disabled_at is None:
            _refuse_without_admin(session, user, "action")
            user.disabled_at = now()
            end_all_sign_ins(session, user)
            _record(session, actor, "user-disabled", user)
        return user


def enable(database: Database, actor: Actor | None, user_key: str) -> User:
    """Let somebody in again. Raises LookupError."""
    with database.writing() as session:
        user = _locked(session, user_key)
        if user.disabled_at is not None:
            user.disabled_at = None
            _record(session, actor, "user-enabled", user)
        return user


def new_link(database: Database, actor: Actor | None, user_key: str) -> tuple[User, str]:
    """The end of an address that signs this user in once. Raises UserRefused and LookupError."""
    with database.writing() as session:
        user = _locked(session, user_key)
        if user.disabled_at is not None:
            raise UserRefused({"action": DISABLED})
        _record(session, actor, "user-link", user)
        return user, link_for(session, user)


def sign_out_everywhere(database: Database, actor: Actor | None, user_key: str) -> User:
    """End every sign-in of this user. Raises LookupError."""
    with database.writing() as session:
        user = _locked(session, user_key)
        end_all_sign_ins(session, user)
        _record(session, actor, "user-signed-out", user)
        return user


def _role_problem(role: str) -> str | None:
    return None if role in set(Role) else NO_ROLE


def _locked(session: Session, user_key: str) -> User:
    """The user, and all administrators with them: of two who would leave none, one comes second."""
    admins = select(User).where(User.role == Role.ADMIN).order_by(col(User.id))
    session.exec(admins.with_for_update()).all()
    user = session.get(User, user_key, with_for_update=True)
    if user is None:
        raise LookupError(user_key)
    return user


def _refuse_without_admin(session: Session, user: User, field: str) -> None:
    """Raise UserRefused where this is the last administrator who has a way in."""
    others = select(User.id).where(
        User.role == Role.ADMIN,
        User.id != user.id,
        col(User.disabled_at).is_(None),
        col(User.password_hash).is_not(None),
    )
    if user.role is Role.ADMIN and session.exec(others.limit(1)).first() is None:
        raise UserRefused({field: LAST_ADMIN})


def _record(
    session: Session, actor: Actor | None, action: str, user: User, **detail: str | None
) -> None:
    record_action(session, actor, action, subject=user.email, **detail)
