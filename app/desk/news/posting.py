"""Posting: one request to whoever takes the news, and what the answer means.

To addresses outside alone, looked at before they are connected to, and to this machine only for
trying; a redirect is a failure and is never followed: a receiver could send us anywhere. No word of
an answer's body is read.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx

from app.clock import now
from app.desk.news.outcomes import Failure, Outcome
from app.desk.news.shapes import Request
from app.outgoing import LeadsInside, PinnedTransport, Resolve, resolve
from app.protocol.hosts import is_loopback

PATIENCE = 15.0
"""Seconds that a receiver may take, from the first word to the last."""

WAIT_AT_MOST = timedelta(hours=24)
"""The longest that a receiver's Retry-After puts a try off."""


class Poster:
    """Posts. Each request has a connection of its own: days may lie between two.

    `to_this_machine`: whether loopback's names are posted to. Whoever may add a channel would
    otherwise speak to whatever listens here and trusts its own machine.
    """

    def __init__(
        self,
        patience: float = PATIENCE,
        resolving: Resolve = resolve,
        *,
        to_this_machine: bool = False,
    ) -> None:
        self._patience, self._resolving = patience, resolving
        self._to_this_machine = to_this_machine

    async def post(self, wanted: Request) -> Outcome:
        """One try."""
        if is_loopback(httpx.URL(wanted.url).host) and not self._to_this_machine:
            return Outcome(Failure.LEADS_INSIDE)
        try:
            async with asyncio.timeout(self._patience), self._client(wanted.url) as client:
                request = client.build_request(
                    "POST", wanted.url, content=wanted.body, headers=dict(wanted.headers)
                )
                answer = await client.send(request, stream=True)
                await answer.aclose()
        except LeadsInside:
            return Outcome(Failure.LEADS_INSIDE)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return Outcome(Failure.NO_ANSWER)
        return _outcome(answer)

    def _client(self, url: str) -> httpx.AsyncClient:
        # To read every certificate authority takes a while, and only https asks for them.
        is_secure = url.startswith("https")
        known = httpx.create_ssl_context(trust_env=False) if is_secure else False
        return httpx.AsyncClient(
            transport=PinnedTransport(
                lambda: httpx.AsyncHTTPTransport(verify=known, trust_env=False), self._resolving
            ),
            timeout=self._patience,
            follow_redirects=False,
            trust_env=False,
        )


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Outcome()
    if answer.is_redirect:
        return Outcome(Failure.REDIRECTED)
    if answer.status_code == 410:
        return Outcome(Failure.GONE)
    wait = _wait(answer.headers)
    if answer.status_code == 429:
        return Outcome(Failure.TOO_MANY, wait)
    return Outcome(Failure.REFUSED if answer.is_client_error else Failure.BROKEN, wait)


def _wait(headers: httpx.Headers) -> timedelta | None:
    """How long a receiver asks us to wait. Chatwork says when its count begins anew instead."""
    if "retry-after" in headers:
        return _retry_after(headers["retry-after"])
    reset = headers.get("x-ratelimit-reset", "")
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return None
    return min(max(timedelta(seconds=int(reset) - now().timestamp()), timedelta()), WAIT_AT_MOST)


def _retry_after(text: str) -> timedelta | None:
    """How long a receiver asks us to wait: in seconds, or until a time."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(timedelta(seconds=int(text)), WAIT_AT_MOST)
    try:
        return min(max(parsedate_to_datetime(text) - now(), timedelta()), WAIT_AT_MOST)
    except (TypeError, ValueError):
        return None
