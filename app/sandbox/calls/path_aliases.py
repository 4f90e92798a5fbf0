"""Addresses of the calls that are nearly right.

A base address that ends in a slash doubles it, which the server before the real gateway takes for
one slash. Nothing else is mended, and nothing is answered with a redirect: no client follows one.
"""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_SLASHES: Final = re.compile("/{2,}")


class OneSlash:
    """Takes doubled slashes for one in the calls' addresses, and nowhere else.

    `prefix` is where the sandbox is mounted. A mounting application puts this before whatever
    judges who may use an address as it is spelled.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.calls = f"{prefix}/payment/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on under the address that was meant."""
        if "//" in scope.get("path", ""):
            path = _SLASHES.sub("/", scope["path"])
            scope = {**scope, "path": path} if path.startswith(self.calls) else scope
        await self.app(scope, receive, send)


async def not_an_address(request: Request) -> Response:
    """A POST under /payment that has not even the form of a call's address."""
    del request
    return Response(status_code=404)
