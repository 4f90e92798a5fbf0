"""The line between the desk and the gateway: what can befall a call on its way there and back.

It stands where httpx's transport stands, so that everything above it is the desk's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import httpx

from app.protocol.calls import Call
from app.protocol.wire import decode_pairs, split_form
from tests.model.clock import Clock
from tests.model.gateway import Gateway, refusal_of

HOST = "http://gateway.example"
START_URL = f"{HOST}{Call.START.path}"
PATIENCE = timedelta(seconds=120)
"""How long the desk waits for an answer."""

AT_WORK = timedelta(seconds=80)
"""How long the gateway may be at work on a call whose connection is gone; it gives up at 90 s."""

TO_AND_FRO = timedelta(milliseconds=200)


class Fate(Enum):
    """What befalls one call, in the words of a story."""

    ANSWERED = "is answered"
    NEVER_LEFT = "never leaves: there is no connection"
    REQUEST_LOST = "is lost on its way"
    ANSWER_LOST = "is done, and its answer lost"
    TOO_LATE = "is done, and answered after the time-out"
    STILL_AT_WORK = "is cut off, and done 80 seconds later"
    CUT_OFF = "is done, and its answer breaks off"
    NOISE = "is done, and answered with noise"
    BROKEN = "is not done, and answered with HTTP 500"
    INNER_FAULT = "is done, and answered with E91099996"
    BUSY = "is refused: too many requests (E92000001)"
    VALUE_REFUSED = "is refused for a value (M01039013)"
    DIES_BEFORE = "is lost on its way, and the desk's process killed"
    DIES_AFTER = "is done, and the desk's process killed"


KILLS = (Fate.DIES_BEFORE, Fate.DIES_AFTER)
_UNDONE = (Fate.REQUEST_LOST, Fate.BROKEN, Fate.BUSY, Fate.VALUE_REFUSED, Fate.DIES_BEFORE)
_REFUSALS = {
    Fate.INNER_FAULT: "E91099996",
    Fate.BUSY: "E92000001",
    Fate.VALUE_REFUSED: "M01039013",
}
SPEAKS_PLAINLY = (Fate.ANSWERED, Fate.BUSY, Fate.VALUE_REFUSED)
"""The fates after which the desk knows what the call did; after NEVER_LEFT, too."""


@dataclass(frozen=True)
class Sent:
    """A request of the desk's: by whom, when, what befell it, what the gateway answered."""

    at: datetime
    by: str
    call: Call
    order_id: str
    fate: Fate
    answer: bytes = b""

    @property
    def unanswered(self) -> bool:
        """Whether it may have been done, for all the desk knows."""
        return self.fate is not Fate.NEVER_LEFT and self.fate not in SPEAKS_PLAINLY


class Line(httpx.AsyncBaseTransport):
    """Carries calls to the gateway. `fate` befalls the calls made `by` somebody now."""

    def __init__(self) -> None:
        self.fate, self.by = Fate.ANSWERED, ""
        self.sent: list[Sent] = []
        self.waits = asyncio.Event()

    def begin(self, clock: Clock, gateway: Gateway) -> None:
        """A new history: another gateway, nothing sent."""
        self._clock, self._gateway = clock, gateway
        self._at_work: list[tuple[datetime, Call, bytes]] = []
        self.sent = []

    def arrive(self) -> None:
        """What the gateway was still at work on is done when its time has come."""
        now = self._clock.now()
        for at, call, body in self._at_work:
            if at <= now:
                self._gateway.answer(call, body)
        self._at_work = [one for one in self._at_work if one[0] > now]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = next(call for call in Call if call.path == request.url.path)
        fate, body = self.fate, request.content
        self._clock.passes(TO_AND_FRO)
        self.arrive()
        at, answer = self._clock.now(), b""
        if fate is Fate.STILL_AT_WORK:
            self._at_work.append((at + AT_WORK, call, body))
        elif fate is not Fate.NEVER_LEFT and fate not in _UNDONE:
            answer = self._gateway.answer(call, body)
        number = dict(decode_pairs(split_form(body)))["OrderID"]
        self.sent.append(Sent(at, self.by, call, number, fate, answer))
        if fate is Fate.NEVER_LEFT:
            raise httpx.ConnectError("no connection")
        await request.extensions["trace"]("model.send_request_headers.started", {})
        return await self._answered(fate, answer)

    async def _answered(self, fate: Fate, answer: bytes) -> httpx.Response:
        if fate in KILLS:
            self.waits.set()
            await asyncio.Event().wait()
        if fate is Fate.TOO_LATE:
            self._clock.passes(PATIENCE)
            # What the desk's own bound on a call raises, without the wait.
            raise TimeoutError
        if fate in (Fate.REQUEST_LOST, Fate.ANSWER_LOST, Fate.STILL_AT_WORK):
            raise httpx.ReadError("closed without an answer")
        if fate is Fate.BROKEN:
            return httpx.Response(500, stream=_Body(b"Internal Server Error"))
        if fate is Fate.CUT_OFF:
            return httpx.Response(200, stream=_Body(answer[: len(answer) // 2], whole=False))
        if fate is Fate.NOISE:
            answer = b"<html>\x81\xff</html>"
        if fate in _REFUSALS:
            answer = refusal_of(_REFUSALS[fate])
        self._clock.passes(TO_AND_FRO)
        return httpx.Response(200, stream=_Body(answer))


class _Body(httpx.AsyncByteStream):
    """Bytes of an answer; not `whole`: the connection breaks off behind them."""

    def __init__(self, content: bytes, *, whole: bool = True) -> None:
        self._content, self._whole = content, whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
        if not self._whole:
            raise httpx.ReadError("the answer breaks off")
