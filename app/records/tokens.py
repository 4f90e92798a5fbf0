"""Tokens: what a program shows instead of signing in. Only the digest of one is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Field, Session, col, select

from app.clock import now
from app.records.columns import EMAIL_LENGTH, Record, key, reference, timestamp
from app.records.keys import digest
from app.redaction import hold

NAME_LENGTH = 60
"""Characters of a token's name."""

USE_NOTED_EVERY = timedelta(minutes=1)
"""A token that is used all the time is written down so often, not at each use."""


class Scope(StrEnum):
    """What a token may do. None includes another."""

    READ = "read"  # orders and callbacks over /api/v1
    INTAKE = "intake"  # bring copies of results, and nothing else
    LOOKUP = "lookup"  # have the gateway asked, under the rules of people


class Token(Record, table=True):
    """A bearer token. `ending` is its last characters, by which people tell one from another.

    `scopes` are in the order of Scope, with a blank between two. No token is ever deleted: what
    was brought with it goes on naming it.
    """

    __tablename__ = "tokens"

    id: str = key()
    name: str = Field(max_length=NAME_LENGTH)
    scopes: str = Field(max_length=40)
    secret_digest: str = Field(unique=True, max_length=64)
    ending: str = Field(max_length=4)
    made_by: str = reference("users.id", index=False)
    made_by_email: str = Field(max_length=EMAIL_LENGTH)
    created_at: datetime = timestamp(now)
    used_at: datetime | None = timestamp()
    revoked_at: datetime | None = timestamp()

    @property
    def scope_list(self) -> list[Scope]:
        """What it may do."""
        return [Scope(scope) for scope in self.scopes.split()]


def token_by_secret(session: Session, secret: str) -> Token | None:
    """The token that holds, behind what a program has shown."""
    query = select(Token).where(
        Token.secret_digest == digest(secret), col(Token.revoked_at).is_(None)
    )
    token = session.exec(query).one_or_none()
    if token:
        hold(secret)
    return token


def all_tokens(session: Session) -> Sequence[Token]:
    """Every token, those that hold first, the newest before others."""
    return session.exec(
        select(Token).order_by(col(Token.revoked_at).is_not(None), col(Token.id).desc())
    ).all()


def note_use(session: Session, token_key: str, at: datetime) -> None:
    """Write down that a token was used."""
    session.connection().execute(update(Token).where(col(Token.id) == token_key).values(used_at=at))
