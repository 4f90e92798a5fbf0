"""Who may turn the sandbox's controls.

Mounted, the desk's sign-in stands before the panel, and the sandbox key before the automation.
Alone, both are open to this machine, and the key opens the automation to others.
"""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.hosts import is_loopback
from app.sandbox.context import sandbox_of
from app.sandbox.operators.answering import refused
from app.sandbox.operators.failures import FromElsewhere
from app.sandbox.store.shops import sandbox_key

Endpoint = Callable[[Request], Awaitable[Response]]


def for_operators(endpoint: Endpoint) -> Endpoint:
    """Let in whom the desk has let in; where there is no desk, this machine."""

    async def guarded(request: Request) -> Response:
        if sandbox_of(request).base_url is None and not is_open(request):
            raise HTTPException(403)
        if from_elsewhere(request):
            raise FromElsewhere
        return await endpoint(request)

    return guarded


def with_key(endpoint: Endpoint) -> Endpoint:
    """Let in who brings the sandbox key as a bearer token; where there is no desk, this machine."""

    async def guarded(request: Request) -> Response:
        if from_elsewhere(request):
            return refused(403, "sent by another site's page")
        if not is_open(request) and not await _has_key(request):
            challenge = {"WWW-Authenticate": "Bearer"}
            return refused(401, "the sandbox key is needed", challenge)
        return await endpoint(request)

    return guarded


def is_open(request: Request) -> bool:
    """Whether nothing is asked of this client: the sandbox is alone, and on its own machine."""
    return sandbox_of(request).base_url is None and from_this_machine(request)


async def is_key(request: Request, given: str) -> bool:
    """Whether this is the sandbox key."""
    key = await sandbox_of(request).store.run(sandbox_key)
    return hmac.compare_digest(key.encode(), given.encode("utf-8", "replace"))


async def _has_key(request: Request) -> bool:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and await is_key(request, given.strip())


def from_this_machine(request: Request) -> bool:
    """Whether the client is on this machine, and asked for it by a name that means just that.

    The name counts because another site's page may give itself a name that leads here.
    """
    client = request.client.host if request.client else ""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return is_loopback(client) and is_loopback(host)


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that a page of another site makes this request."""
    if request.method in ("GET", "HEAD"):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and _place(origin) != request.headers.get("host")


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # an odd host in brackets: nobody's
        return ""
