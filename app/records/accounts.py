"""Users, how they sign in, and the audit entries."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Index, bindparam, func
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import (
    EMAIL_LENGTH,
    Record,
    encrypted_bytes,
    enum_column,
    key,
    reference,
    timestamp,
)
from app.records.keys import digest
from app.redaction import hold

FIRST_EMAIL = "admin@localhost"
"""What stands for the first administrator's address until they have chosen one: nobody's."""


class Role(StrEnum):
    """What a user may do, from least to most."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


class User(Record, table=True):
    """A person who signs in. `email` is kept in lower case."""

    __tablename__ = "users"

    id: str = key()
    email: str = Field(unique=True, max_length=EMAIL_LENGTH)
    # argon2id; None until the first admin, who came by the sign-in link, has chosen one.
    password_hash: str | None = Field(default=None, max_length=200)
    role: Role = enum_column(Role)
    language: str | None = Field(default=None, max_length=2)
    theme: str | None = Field(default=None, max_length=5)
    created_at: datetime = timestamp(now)
    disabled_at: datetime | None = timestamp()
    # The second factor: since when there is one, an app's codes or passkeys (see `passkeys`).
    factor_since: datetime | None = timestamp()
    # The app's shared secret, and the last step that was used.
    totp_secret: bytes | None = encrypted_bytes()
    totp_step: int | None = Field(default=None, sa_type=BigInteger)


class SignIn(Record, table=True):
    """One browser that is signed in. The cookie's value is known by its digest only.

    `seen_at`: when a person last asked for something with it, to the minute. `factor_at`: when the
    second factor was last given. `challenge`: what a passkey is to sign for it, once.
    """

    __tablename__ = "sign_ins"

    id: str = key()
    secret_digest: str = Field(unique=True, max_length=64)
    user_key: str = reference("users.id")
    created_at: datetime = timestamp(now)
    expires_at: datetime = timestamp(now)
    remote_address: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=200)
    seen_at: datetime = timestamp(now)
    factor_at: datetime | None = timestamp()
    challenge: bytes | None = None
    challenge_until: datetime | None = timestamp()


class SignInLink(Record, table=True):
    """A one-time link: of a user, else the one of a first start. Its button uses it up; looking at
    it does not."""

    __tablename__ = "sign_in_links"

    id: str = key()
    secret_digest: str = Field(unique=True, max_length=64)
    expires_at: datetime = timestamp(now)
    used_at: datetime | None = timestamp()
    user_key: str | None = reference("users.id", optional=True)


class RecoveryCode(Record, table=True):
    """What stands in for a second factor that is lost, once. Known by its digest only."""

    __tablename__ = "recovery_codes"

    id: str = key()
    user_key: str = reference("users.id")
    code_digest: str = Field(max_length=64)
    used_at: datetime | None = timestamp()


class SignInFailure(Record, table=True):
    """A refused sign-in, for the throttle. Rows older than the window are swept.

    `browser`: the known browser or the sign-in that tried; empty for any other.
    """

    __tablename__ = "sign_in_failures"

    id: str = key()
    at: datetime = timestamp(now, index=True)
    email: str = Field(index=True, max_length=EMAIL_LENGTH)
    remote_address: str = Field(index=True, max_length=64)
    browser: str = Field(default="", index=True, max_length=64)


class AuditEntry(Record, table=True):
    """Who did what, when, from where. `detail` is JSON without secrets.

    Only `order_key` ever changes. `number`, `digest`, `said`, `salt`: its place in the chain, see
    `audit_chain`.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_action", "action", "id"),)

    id: str = key()
    at: datetime = timestamp(now)
    user_key: str | None = reference("users.id", optional=True, index=False)
    email: str = Field(default="", max_length=EMAIL_LENGTH)
    action: str = Field(max_length=40)
    order_key: str | None = reference("orders.id", optional=True)
    subject: str = Field(default="", max_length=80)
    detail: str = "{}"
    remote_address: str = Field(default="", max_length=64)
    number: int | None = Field(default=None, sa_type=BigInteger, index=True, unique=True)
    digest: str | None = Field(default=None, max_length=64)
    said: str | None = None
    salt: str | None = Field(default=None, max_length=32)

    @property
    def reason(self) -> str:
        """Why it was done, where the deed asked for it; else empty."""
        return str(json.loads(self.detail).get("reason", ""))


IN_A_QUERY = 500
"""Keys asked for in one query: every database takes so many."""


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this e-mail address, in whatever case it was typed."""
    return session.exec(select(User).where(User.email == email.strip().lower())).one_or_none()


def emails_of(session: Session, keys: Collection[str]) -> Mapping[str, str]:
    """The e-mail addresses of these users, by their keys."""
    if not keys:
        return {}
    query = select(User.id, User.email).where(col(User.id).in_(keys))
    return dict(session.exec(query).all())


def anybody_has_password(session: Session) -> bool:
    """Whether anybody can come in by the front door."""
    query = select(User.id).where(
        col(User.password_hash).is_not(None), col(User.disabled_at).is_(None)
    )
    return session.exec(query.limit(1)).first() is not None


def oldest_admin(session: Session) -> User | None:
    """The administrator who has been here longest and may come in."""
    query = select(User).where(User.role == Role.ADMIN, col(User.disabled_at).is_(None))
    return session.exec(query.order_by(col(User.id)).limit(1)).first()


def any_user(session: Session) -> bool:
    """Whether there is a user at all."""
    return session.exec(select(User.id).limit(1)).first() is not None


def all_users(session: Session) -> list[User]:
    """Everybody who may or might sign in, by e-mail address."""
    return list(session.exec(select(User).order_by(User.email)).all())


def last_seen(session: Session, at: datetime) -> dict[str, datetime]:
    """When each user who is signed in was last seen, by their key."""
    query = select(SignIn.user_key, func.max(SignIn.seen_at)).where(col(SignIn.expires_at) > at)
    return dict(session.exec(query.group_by(SignIn.user_key)).all())


def sign_ins_of(session: Session, user_key: str, at: datetime) -> list[SignIn]:
    """The valid sign-ins of a user, the one last used first."""
    query = select(SignIn).where(SignIn.user_key == user_key, col(SignIn.expires_at) > at)
    return list(session.exec(query.order_by(col(SignIn.seen_at).desc())).all())


# Built once, as each of what every page asks is.
_BEHIND = (
    select(SignIn, User)
    .join(User, col(User.id) == col(SignIn.user_key))
    .where(
        SignIn.secret_digest == bindparam("digest"),
        col(SignIn.expires_at) > bindparam("at"),
        col(User.disabled_at).is_(None),
    )
)


def sign_in_by_secret(session: Session, secret: str, at: datetime) -> tuple[SignIn, User] | None:
    """The valid sign-in behind a cookie, with its user."""
    found = session.exec(_BEHIND, params={"digest": digest(secret), "at": at}).one_or_none()
    if found:
        hold(secret)
    return found


def valid_sign_ins(session: Session, digests: Sequence[str], at: datetime) -> set[str]:
    """Which of these sign-ins, by the digests of their secrets, still hold."""
    found: set[str] = set()
    for start in range(0, len(digests), IN_A_QUERY):
        some = digests[start : start + IN_A_QUERY]
        query = (
            select(SignIn.secret_digest)
            .join(User, col(User.id) == col(SignIn.user_key))
            .where(
                col(SignIn.secret_digest).in_(some),
                col(SignIn.expires_at) > at,
                col(User.disabled_at).is_(None),
            )
        )
        found.update(session.exec(query))
    return found


def newest_refused(
    session: Session, mine: ColumnElement[bool], since: datetime, beyond: int, but: str | None
) -> datetime | None:
    """When the newest refusal was of those that `mine` selects, `beyond` newer ones apart.

    `but`: the key of one that does not count.
    """
    query = select(SignInFailure.at).where(mine, col(SignInFailure.at) > since)
    if but:
        query = query.where(SignInFailure.id != but)
    newest_first = query.order_by(col(SignInFailure.at).desc())
    return session.exec(newest_first.offset(beyond).limit(1)).first()


def audit_entries_of(session: Session, order_key: str) -> list[AuditEntry]:
    """What people did to an order, oldest first."""
    query = select(AuditEntry).where(AuditEntry.order_key == order_key).order_by(col(AuditEntry.id))
    return list(session.exec(query).all())
