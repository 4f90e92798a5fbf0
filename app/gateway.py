"""The gateway, reached: one pooled HTTP client, and a name for every way a conversation fails.

Nothing here is ever asked twice: whether to ask again is decided where the trade is known.

    Outcome
      NOT_SENT        no address, no connection, no TLS: nothing left us, so nothing happened
      NO_ANSWER       sent, and nothing came back
      CUT_OFF         sent, and the answer broke off or was not finished in time
      HTTP_ERROR      sent, and something other than HTTP 200 came back (a redirect too)
      NOT_UNDERSTOOD  sent, and what came back is not an answer of the protocol
      PROTOCOL_ERROR  an answer: the gateway refused, with error codes
      ANSWERED        an answer: the gateway did what was asked
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from socket import gaierror
from time import monotonic
from typing import TYPE_CHECKING

from app.protocol.messages import Answer, Call, ErrorAnswer, NotUnderstood, read_answer
from app.protocol.wire import FORM_TYPE

if TYPE_CHECKING:
    import httpx

ANSWER_LIMIT = 64 * 1024
"""The most bytes of a body that are read. The longest answer of the protocol has under 2,000."""

CONNECT_SECONDS = 10.0

# Well under the 5 s after which common servers close an idle connection: a call that is sent
# into a connection just being closed would count as unanswered.
KEEP_ALIVE_SECONDS = 2.0

HEADERS = {"Content-Type": FORM_TYPE, "Accept-Encoding": "identity", "User-Agent": "netcash-desk"}

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How a conversation with the gateway ended."""

    ANSWERED = "answered"
    PROTOCOL_ERROR = "protocol-error"
    NOT_SENT = "not-sent"
    NO_ANSWER = "no-answer"
    CUT_OFF = "cut-off"
    HTTP_ERROR = "http-error"
    NOT_UNDERSTOOD = "not-understood"


class Detail(StrEnum):
    """What exactly went wrong, where there is a word for it."""

    BAD_ADDRESS = "bad-address"
    NO_SUCH_HOST = "no-such-host"
    LEADS_INSIDE = "leads-inside"
    CONNECTION_FAILED = "connection-failed"
    CONNECT_TIMEOUT = "connect-timeout"
    TLS_FAILED = "tls-failed"
    BUSY = "busy"  # every connection of ours is in use
    TIMEOUT = "timeout"
    CLOSED = "closed"
    INTERRUPTED = "interrupted"  # our own process ended while it waited
    REDIRECT = "redirect"
    TOO_LONG = "too-long"
    NOT_HTTP = "not-http"


@dataclass(frozen=True)
class Reply:
    """What came back. `raw` is as much of the body as arrived, None when no answer began.

    `detail` is a Detail, or in English what is wrong with an answer that was not understood; it
    never holds a secret. `answer` is there when `outcome` is ANSWERED or PROTOCOL_ERROR.
    """

    outcome: Outcome
    raw: bytes | None = None
    http_status: int | None = None
    duration_ms: int | None = None
    detail: str | None = None
    answer: Answer | None = None


INTERRUPTED = Reply(Outcome.NO_ANSWER, detail=Detail.INTERRUPTED)
"""What is known of a call whose process ended before the answer came."""


class Gateway:
    """The server-to-server calls.

    `timeout` in seconds bounds a whole call, from the connection to the last byte of the answer.
    `transport` is how bytes travel: over the network unless told otherwise.
    """

    def __init__(self, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._timeout = timeout
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def ask(self, base_url: str, call: Call, body: bytes) -> Reply:
        """Post one call and wait for its answer. Never raises for what the other side does."""
        talk, started = _Talk(call), monotonic()
        try:
            client = await self._ready_client()
            started = monotonic()
            async with asyncio.timeout(self._timeout):
                await _post(client, base_url + call.path, body, talk)
        except TimeoutError:
            reply = talk.broken(Detail.TIMEOUT)
        except Exception as error:
            # Whatever it was, what counts is how far the conversation had got.
            reply = talk.broken(_detail(error))
        else:
            reply = talk.reply()
        return talk.timed(reply, monotonic() - started)

    async def close(self) -> None:
        """Close the pooled connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _ready_client(self) -> httpx.AsyncClient:
        # The first one takes 0.2 s: not out of the time a call has, and not on the event loop.
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(_new_client, self._transport)
            return self._client


def _new_client(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    # Heavy, and most starts ask nothing at once.
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    return httpx.AsyncClient(
        transport=transport or _pinned_transport(),
        headers=HEADERS,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        # No call depends on the one before it.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )


def _pinned_transport() -> httpx.AsyncBaseTransport:
    import httpx

    from app.outgoing import PinnedTransport

    known = httpx.create_ssl_context(trust_env=False)
    limits = httpx.Limits(keepalive_expiry=KEEP_ALIVE_SECONDS)
    return PinnedTransport(
        lambda: httpx.AsyncHTTPTransport(verify=known, limits=limits, trust_env=False)
    )


async def _post(client: httpx.AsyncClient, url: str, body: bytes, talk: _Talk) -> None:
    trace = {"trace": talk.trace}
    async with client.stream("POST", url, content=body, extensions=trace) as response:
        talk.http_status = response.status_code
        # The bytes as sent: a compressed body was not asked for and is not unpacked.
        async for chunk in response.aiter_raw():
            talk.raw += chunk
            if len(talk.raw) > ANSWER_LIMIT:
                return


@dataclass
class _Talk:
    """How far one conversation has got."""

    call: Call
    sending: bool = False
    http_status: int | None = None
    raw: bytearray = field(default_factory=bytearray)

    async def trace(self, event: str, _: object) -> None:
        """Note when the first byte of the request leaves (httpcore's own trace events)."""
        if event.endswith("send_request_headers.started"):
            self.sending = True

    def broken(self, detail: Detail) -> Reply:
        """What a conversation is that ended before its time."""
        if not self.sending:
            return Reply(Outcome.NOT_SENT, detail=detail)
        if self.http_status is None:
            outcome = Outcome.NOT_UNDERSTOOD if detail is Detail.NOT_HTTP else Outcome.NO_ANSWER
            return Reply(outcome, detail=detail)
        outcome = Outcome.CUT_OFF if self.http_status == 200 else Outcome.HTTP_ERROR
        # The parser's complaint is about the end that is missing.
        return Reply(outcome, detail=Detail.CLOSED if detail is Detail.NOT_HTTP else detail)

    def reply(self) -> Reply:
        """What a conversation is that went to its end."""
        if self.http_status != 200:
            redirected = self.http_status is not None and 300 <= self.http_status < 400
            return Reply(Outcome.HTTP_ERROR, detail=Detail.REDIRECT if redirected else None)
        if len(self.raw) > ANSWER_LIMIT:
            return Reply(Outcome.NOT_UNDERSTOOD, detail=Detail.TOO_LONG)
        try:
            answer = read_answer(self.call, bytes(self.raw))
        except NotUnderstood as error:
            return Reply(Outcome.NOT_UNDERSTOOD, detail=error.reason)
        refused = isinstance(answer, ErrorAnswer)
        return Reply(Outcome.PROTOCOL_ERROR if refused else Outcome.ANSWERED, answer=answer)

    def timed(self, reply: Reply, seconds: float) -> Reply:
        """The reply with what was measured and received."""
        raw = None if self.http_status is None else bytes(self.raw[:ANSWER_LIMIT])
        return Reply(
            reply.outcome, raw, self.http_status, round(seconds * 1000), reply.detail, reply.answer
        )


def _detail(error: Exception) -> Detail:
    import h11
    import httpx

    from app.outgoing import LeadsInside

    causes = list(_causes(error))
    if any(isinstance(cause, gaierror) for cause in causes):
        return Detail.NO_SUCH_HOST
    if any(isinstance(cause, LeadsInside) for cause in causes):
        return Detail.LEADS_INSIDE
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Detail.TLS_FAILED
    # Only a parser that was fed something else than HTTP has h11's error at the bottom.
    if any(isinstance(cause, h11.RemoteProtocolError) for cause in causes):
        return Detail.NOT_HTTP
    for kind, detail in (
        (httpx.ConnectTimeout, Detail.CONNECT_TIMEOUT),
        (httpx.PoolTimeout, Detail.BUSY),
        (httpx.ConnectError, Detail.CONNECTION_FAILED),
        (httpx.UnsupportedProtocol, Detail.BAD_ADDRESS),
        (httpx.TransportError, Detail.CLOSED),
        (httpx.InvalidURL, Detail.BAD_ADDRESS),
    ):
        if isinstance(error, kind):
            return detail
    log.error("a gateway call failed in a way that has no name", exc_info=error)
    return Detail.CLOSED


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
