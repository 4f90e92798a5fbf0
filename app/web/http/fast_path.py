"""The fast path: routes that are answered past everything that is there for signed-in people.

Callbacks come in a rush and their browsers never send twice, and the guard has nothing to say about
them: they are open to all, and no cookie of theirs is looked at. What the guard, the compression
and the router cost is most of what it costs to take one.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.http.pipeline import Pipeline
from app.web.http.routing import Route


class FastPath:
    """Answers the routes marked `fast` itself; hands on whatever else comes."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route], pipeline: Pipeline) -> None:
        self.app = app
        self.pipeline = pipeline
        self.routes = {
            (route.path, method): route
            for route in routes
            if route.fast
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self.routes.get((scope.get("path", ""), scope.get("method", "")))
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        await self.pipeline.answer(scope, receive, send, _by_endpoint)


async def _by_endpoint(request: Request) -> Response:
    response: Response = await request.scope["route"].endpoint(request)
    return response
