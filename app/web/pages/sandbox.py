"""The sandbox's control panel inside the desk: its pages get our frame, and its reset our orders.

The sandbox knows nothing of the desk. What the desk adds to it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.desk.permissions import Permission
from app.desk.shops.shops import reset_sandbox_orders
from app.web.http.requests import actor_of, desk_of, fields_of, may, read_body
from app.web.http.routing import Mounted
from app.web.presentation.templates import page

SURE = "sure"
"""The box of the sandbox's form without which nothing is forgotten."""


def panel_page(
    request: Request, name: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """One of the panel's templates in the frame of our pages, with what its reader may do."""
    ours = {
        "resets_desk": True,
        "may_act": may(request, Permission.RUN_SANDBOX),
        "may_rule": may(request, Permission.RULE_SANDBOX),
    }
    return page(request, name, {**context, **ours}, status)


class SandboxReset:
    """POST /sandbox/reset: the sandbox forgets its trades; with `desk`, we our sandbox orders.

    Whoever has not said that they are sure is told so by the sandbox, which gets the same form.
    """

    def __init__(self, sandbox: Mounted) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do our part, then hand the form on."""
        if self._sandbox.app is None:
            raise HTTPException(404)
        request = Request(scope, receive)
        body = await read_body(request)
        form = fields_of(body)
        if SURE in form and "desk" in form:
            await run_in_threadpool(reset_sandbox_orders, desk_of(request), actor_of(request))
        leads = _to_the_tour(send) if "tour" in form else send
        await self._sandbox(scope, _once_more(body), leads)


def _to_the_tour(send: Send) -> Send:
    """Whoever set everything back from the guided demo goes on with its first step."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.SEE_OTHER:
            MutableHeaders(raw=message["headers"])["location"] = "/?tour=1&env=sandbox"
        await send(message)

    return sent


def _once_more(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
