"""The fast path: routes that are answered past everything that is there for signed-in people.

Results come in a rush and their browsers never send twice, and the guard has nothing to say about
them: they are open to all, and no cookie of theirs is looked at. What the guard, the compression
and the router cost is most of what it costs to take one.
"""

from collections.abc import Iterable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.http.cookies import is_secure
from app.web.http.failures import fail
from app.web.http.forwarded import Network, apply_forwarded
from app.web.http.headers import add_security_headers
from app.web.http.routing import Route


class FastPath:
    """Answers the routes marked `fast` itself; hands on whatever else comes."""

    def __init__(self, app: ASGIApp, lines: Iterable[Route], trusted: Sequence[Network]) -> None:
        self.app = app
        self.trusted = trusted
        self.lines = {
            (line.path, method): line
            for line in lines
            if line.fast
            for method in line.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = self.lines.get((scope.get("path", ""), scope.get("method", "")))
        if line is None:
            await self.app(scope, receive, send)
            return
        apply_forwarded(scope, self.trusted)
        scope["route"] = line
        request = Request(scope, receive, send)
        request.state.user = None
        try:
            response = await line.endpoint(request)
        except ClientDisconnect:
            return
        except Exception as error:
            response = await run_in_threadpool(fail, request, error)
        add_security_headers(response.headers, secure=is_secure(request))
        await response(scope, receive, send)
