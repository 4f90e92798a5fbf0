"""Making tokens, revoking them, and knowing one again. A secret is shown once and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.clock import now
from app.desk.audit import record_action
from app.desk.context import Actor
from app.desk.validation_errors import ValidationErrors, collect
from app.protocol.words import N_, Sentence
from app.records.database import UNREACHABLE, Database
from app.records.keys import digest, new_secret
from app.records.tokens import NAME_LENGTH, USE_NOTED_EVERY, Scope, Token, note_use, token_by_secret

PREFIX = "ncd_"
"""Begins every token: a search for secrets that were published by mistake finds it."""

ENDING = 4
"""Characters at a token's end that go on being shown."""

NO_NAME = Sentence(
    N_("Give the token a name of at most %(limit)s characters: what will use it."),
    {"limit": NAME_LENGTH},
)
NO_SCOPE = N_("Choose at least one thing that the token may do.")


class TokenRefused(ValidationErrors):
    """A token cannot be made like this."""


@dataclass(frozen=True)
class TokenDraft:
    """A token as it was asked for: what will use it, and the scopes it is to have."""

    name: str
    scope: Sequence[str]


@dataclass(frozen=True)
class MadeToken:
    """A token just made. `secret` is nowhere else, and cannot be shown again."""

    token: Token
    secret: str


def make_token(database: Database, actor: Actor, draft: TokenDraft) -> MadeToken:
    """Make a token. Raises TokenRefused."""
    name = draft.name.strip()
    known = [scope for scope in Scope if scope in draft.scope]
    is_name = 0 < len(name) <= NAME_LENGTH and name.isprintable()
    # A scope we do not know is not left out in silence: whoever asked believes to have it.
    are_known = bool(known) and set(draft.scope) <= set(Scope)
    problems = collect(name=None if is_name else NO_NAME, scope=None if are_known else NO_SCOPE)
    if problems:
        raise TokenRefused(problems)
    secret = PREFIX + new_secret()
    token = Token(
        name=name,
        scopes=" ".join(known),
        secret_digest=digest(secret),
        ending=secret[-ENDING:],
        made_by=actor.user_key,
        made_by_email=actor.email,
    )
    with database.writing() as session:
        session.add(token)
        record_action(session, actor, "token-made", subject=name, scopes=token.scopes)
    return MadeToken(token, secret)


def revoke_token(database: Database, actor: Actor, key: str) -> Token | None:
    """From now on the token opens nothing; None where there is no such token."""
    with database.writing() as session:
        token = session.get(Token, key, with_for_update=True)
        if token is not None and token.revoked_at is None:
            token.revoked_at = now()
            record_action(session, actor, "token-revoked", subject=token.name)
        return token


def token_behind(database: Database, secret: str) -> Token | None:
    """The token that holds, behind what a program has shown. That it was used is written down."""
    if not secret.startswith(PREFIX):
        return None
    moment = now()
    with database.reading() as session:
        token = token_by_secret(session, secret)
    if token and (token.used_at is None or moment - token.used_at >= USE_NOTED_EVERY):
        _note_use(database, token)
    return token


def _note_use(database: Database, token: Token) -> None:
    try:
        with database.writing() as session:
            note_use(session, token.id, now())
    except UNREACHABLE:
        # It is for people to read; what the token asks for need not fail for it.
        return
