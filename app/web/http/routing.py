"""A route: an address, its endpoint, and who may use it."""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from starlette import routing
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.desk.permissions import Permission, may
from app.records.accounts import Role


class Route(routing.Route):
    """`permission`: what whoever uses it must be allowed. There is no default: none is forgotten.

    `stream`: it answers with a stream of events. `by_itself`: open pages ask for it, whether
    anybody looks at them or not. `fast`: it is answered before the guard, the
    compression and the router (see `fast_path`); its endpoint is a coroutine and looks at no
    cookie.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str,
        methods: Collection[str] | None = ("GET",),
        *,
        permission: Permission,
        stream: bool = False,
        by_itself: bool = False,
        fast: bool = False,
    ) -> None:
        super().__init__(path, endpoint, methods=methods, name=name)
        # A path may hold a line break (%0A), and stays below the prefix it is below.
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)
        self.permission = permission
        self.stream = stream
        self.by_itself = by_itself
        self.fast = fast

    def is_open_to(self, role: Role | None) -> bool:
        """Whether a user of this role may use it; None: somebody not signed in."""
        return may(role, self.permission)


class Mounted:
    """An application under a prefix, of which only the routes that lead here can be reached."""

    def __init__(self, prefix: str, app: ASGIApp | None) -> None:
        self.prefix = prefix
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; while the application is off, nothing is here (404)."""
        if self.app is None:
            raise HTTPException(404)
        outer = scope.get("root_path", "")
        roots = {"app_root_path": outer, "root_path": outer + self.prefix}
        await self.app({**scope, **roots}, receive, send)


def route_of(routes: Iterable[BaseRoute], scope: Scope) -> Route | None:
    """The route that will answer, as the router chooses: a path alone is second to its method."""
    partial = None
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return _checked(route)
        if match is Match.PARTIAL and partial is None:
            partial = route
    return _checked(partial) if partial else None


def methods_at(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """Every method that this path takes, as the Allow header lists them; empty for a path that
    there is not. What answers for every such path does not count."""
    found = [_checked(route) for route in routes if route.matches(scope)[0] is not Match.NONE]
    named = (route for route in found if ":path}" not in route.path)
    return ", ".join(sorted({method for route in named for method in route.methods or ()}))


def _checked(route: BaseRoute) -> Route:
    # A route that names no permission must not open by accident.
    if not isinstance(route, Route):
        raise TypeError(f"{route!r} is no route of the routes table")
    return route
