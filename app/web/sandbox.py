"""The sandbox's control panel inside the desk: its pages get our frame, and its reset our orders.

The sandbox knows nothing of the desk. What the desk adds to it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.desk.starting_over import start_over
from app.web.lines import Under
from app.web.pages import page
from app.web.requests import actor_of, desk_of, read_form


def panel_page(request: Request, name: str, context: Mapping[str, Any]) -> Response:
    """One of the panel's templates in the frame of our pages."""
    return page(request, name, {**context, "resets_desk": True})


class StartingOver:
    """POST /sandbox/reset: the sandbox forgets its trades; with `desk`, we our sandbox orders."""

    def __init__(self, sandbox: Under) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do our part, then hand the request on without its form."""
        if self._sandbox.app is None:
            raise HTTPException(404)
        request = Request(scope, receive)
        if "desk" in await read_form(request):
            await run_in_threadpool(start_over, desk_of(request), actor_of(request))
        headers = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        await self._sandbox({**scope, "headers": headers}, _no_body, send)


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
