"""The first thing that meets a request: the name by which the log tells its lines from others'."""

from random import randbytes

from starlette.types import ASGIApp, Receive, Scope, Send

from app.logs import request_id

BYTES = 4
"""Enough to tell the requests of a day apart. No secret: whoever guesses one gains nothing."""


class RequestId:
    """Names every request, also those that go past the guard or to what is mounted."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not taken back at the end: the server, too, may have to say something of this request,
        # and runs each in a context of its own.
        if scope["type"] == "http":
            request_id.set(randbytes(BYTES).hex())  # noqa: S311  # nosec B311 # a number to find lines by, no secret
        await self.app(scope, receive, send)
