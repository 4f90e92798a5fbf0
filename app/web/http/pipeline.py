"""The steps that every request and every answer take, through the guard or by the fast path.

Whoever adds a header or a check that holds for all adds it here.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.records.database import UNREACHABLE
from app.web.http.cookies import is_secure, remember
from app.web.http.environments import ENVIRONMENT_COOKIE, asked
from app.web.http.failures import ENDING, answer, fail
from app.web.http.forwarded import Proxies
from app.web.http.headers import add_security_headers
from app.web.http.hosts import Hosts

Handler = Callable[[Request], Awaitable[ASGIApp]]
"""What sets the guard and the fast path apart: it says what answers a request."""


class Pipeline:
    """Believes the trusted proxies, answers to our own names alone, has a handler answer, and sees
    the answer out.

    Whatever leaves carries the security headers, and whatever was raised before an answer began
    becomes a page.
    """

    def __init__(self, proxies: Proxies, hosts: Hosts) -> None:
        self._proxies, self._hosts = proxies, hosts

    async def answer(self, scope: Scope, receive: Receive, send: Send, handler: Handler) -> None:
        """Answer one HTTP request."""
        self._proxies.apply(scope)
        request = Request(scope, receive, send)
        request.state.user = None
        leaving = _Leaving(request, send)
        try:
            self._hosts.check(scope)
            responder = await handler(request)
            await responder(scope, receive, leaving.send)
        except ClientDisconnect:
            # Whoever asked has gone in mid-sentence: there is nobody to answer.
            return
        except asyncio.CancelledError:
            # The process ends, and whoever still waits is told so.
            if leaving.started:
                raise
            # Nothing is asked of anything for it.
            request.state.user = None
            await answer(request, ENDING)(scope, receive, leaving.send)
        except Exception as error:
            if leaving.started and not isinstance(error, UNREACHABLE):
                raise
            response = await run_in_threadpool(fail, request, error)
            # A stream that has begun is cut off: its browser comes back.
            if not leaving.started:
                await response(scope, receive, leaving.send)


class _Leaving:
    """An answer on its way out: gets its headers, and the cookie of a newly chosen environment."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request = request
        self._send = send
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            add_security_headers(headers, secure=is_secure(self._request))
            self._remember_environment(headers)
        await self._send(message)

    def _remember_environment(self, headers: MutableHeaders) -> None:
        chosen = getattr(self._request.state, "environment", None)
        if not chosen or asked(self._request) != chosen:
            return
        if self._request.cookies.get(ENVIRONMENT_COOKIE) != chosen:
            note = Response()
            remember(self._request, note, ENVIRONMENT_COOKIE, chosen)
            headers.append("Set-Cookie", note.headers["Set-Cookie"])
