"""Tokens for programs: made and revoked by an admin. Each is shown once, in the answer to the
request that made it, and never again."""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.tokens import MadeToken, TokenDraft, TokenRefused, make_token, revoke_token
from app.protocol.words import N_, Words
from app.records.tokens import NAME_LENGTH, Scope, all_tokens
from app.web.http.requests import actor_of, desk_of, fields_of, read_body, values_of
from app.web.presentation.snippets import beside_a_ticket, snippets
from app.web.presentation.templates import page

ADDRESS = "/settings/tokens"
REVOCATIONS = f"{ADDRESS}/{{key}}/revocations"

SCOPES: Mapping[Scope, tuple[str, str]] = {
    Scope.INTAKE: (
        N_("Bring results"),
        N_("For the shop's own server: it can bring copies of results, and nothing else."),
    ),
    Scope.READ: (
        N_("Read"),
        N_("Orders and callbacks as JSON, without any secret. It changes nothing."),
    ),
    Scope.LOOKUP: (
        N_("Ask the gateway"),
        N_("Lookups of single orders, no sooner than after 60 minutes without a reason."),
    ),
}
"""What each scope is called, and what it allows."""


def index(request: Request) -> Response:
    """GET /settings/tokens."""
    messages = [("success", REVOKED)] if "revoked" in request.query_params else []
    return _page(request, TokenDraft("", ()), {}, messages=messages)


REVOKED = N_("The token is revoked: it opens nothing any more.")


async def make(request: Request) -> Response:
    """POST /settings/tokens: `name`, and `scope` as often as the token is to have scopes."""
    body = await read_body(request)
    draft = TokenDraft(fields_of(body).get("name", ""), values_of(body, "scope"))
    desk, actor = desk_of(request), actor_of(request)
    try:
        made = await run_in_threadpool(make_token, desk.database, actor, draft)
    except TokenRefused as refused:
        return await run_in_threadpool(_page, request, draft, refused.problems, status=422)
    # No redirect: the secret would have to be kept somewhere until the next page.
    return await run_in_threadpool(_page, request, TokenDraft("", ()), {}, made=made)


def revoke(request: Request) -> Response:
    """POST /settings/tokens/{key}/revocations."""
    key = request.path_params["key"]
    if revoke_token(desk_of(request).database, actor_of(request), key) is None:
        raise HTTPException(404)
    return RedirectResponse(f"{ADDRESS}?revoked", 303)


def _page(
    request: Request,
    typed: TokenDraft,
    errors: Mapping[str, Words],
    *,
    made: MadeToken | None = None,
    status: int = 200,
    messages: list[tuple[str, str]] | None = None,
) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        tokens = all_tokens(session)
    context: dict[str, Any] = {
        "tokens": tokens,
        "typed": typed,
        "errors": errors,
        "made": made,
        "scopes": SCOPES,
        "name_length": NAME_LENGTH,
        "snippets": snippets(desk.settings.base_url),
        "beside_a_ticket": beside_a_ticket(desk.settings.base_url),
        "base_url": desk.settings.base_url,
        "messages": messages or (),
    }
    return page(request, "settings/tokens.html", context, status)
