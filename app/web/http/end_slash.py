"""The gateway's addresses with a slash behind them, as forms and clients like to write them.

A customer who has paid must never meet the operators' sign-in, and nothing is answered with a
redirect: it would turn a result into a GET.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send


class EndSlash:
    """Takes these paths for the same with a slash at their end."""

    def __init__(self, app: ASGIApp, paths: Iterable[str]) -> None:
        self.app = app
        self.meant = {f"{path}/": path for path in paths}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on under the address that was meant."""
        path = self.meant.get(scope.get("path", ""))
        await self.app({**scope, "path": path} if path else scope, receive, send)
