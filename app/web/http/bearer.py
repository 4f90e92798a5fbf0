"""Who asks by a token instead of a sign-in, and how often it may."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.clock import now
from app.desk.context import Actor
from app.desk.tokens import token_behind
from app.records.accounts import Role
from app.records.tokens import Scope, Token
from app.web.http.requests import desk_of, remote_address_of
from app.web.http.services import services_of

REALM = "NET CASH Desk"


async def token_for(request: Request, scope: Scope) -> Token:
    """The token that asks, which may do this.

    Raises HTTPException: 401 where none is shown that holds, 403 where it may do other things, 429
    where it asks too often.
    """
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    token = None
    if kind.lower() == "bearer" and secret.strip():
        token = await run_in_threadpool(token_behind, desk_of(request).database, secret.strip())
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": f'Bearer realm="{REALM}"'})
    if scope not in token.scope_list:
        challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'
        raise HTTPException(403, headers={"WWW-Authenticate": challenge})
    if scope is not Scope.INTAKE and (wait := services_of(request).token_rates.ask(token.id)):
        # What a shop brings is never refused for its rate: results are rare and precious.
        raise HTTPException(429, headers={"Retry-After": str(wait)})
    return token


def actor_behind(token: Token, request: Request) -> Actor:
    """Whoever made the token acts, and the audit log names the token."""
    email = f"{token.made_by_email} ({token.name})"
    # An administrator has let it ask, in production too, and gave a second factor for that.
    return Actor(token.made_by, email[:254], Role.APPROVER, remote_address_of(request), now())
