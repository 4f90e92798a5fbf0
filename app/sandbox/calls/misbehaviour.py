"""Misbehaviour: answers that go wrong on purpose, for the faults that a tester sets."""

from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.protocol.messages import ErrorAnswer
from app.protocol.wire import ANSWER_TYPE, encode_answer
from app.sandbox.context import Sandbox
from app.sandbox.scenarios.faults import DRIP_SECONDS, Fault

REFUSAL: Final = "NC2000005"
TOO_MANY_REQUESTS: Final = "E92000001"
ANOTHER_ORDER: Final = "ANOTHER-ORDER"

# Neither Windows-31J nor UTF-8, and no pair in it.
NOISE: Final = bytes(range(0x80, 0x100)) + b"\xff\xfe\x00\x01" * 8

_ERROR_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
)

_DRIP_PIECES: Final = 20

# A dripping answer is to be waited for: well within any time-out that a late one misses.
_PART_OF_LATE: Final = 1 / 8


def answer(body: bytes) -> Response:
    """An answer of the protocol: HTTP 200 whatever it says (Interface, all calls)."""
    return Response(body, media_type=ANSWER_TYPE)


def refused(*codes: str) -> Response:
    """The protocol's answer to a call that was refused."""
    return answer(encode_answer(ErrorAnswer(codes).pairs()))


class CutOff(Response):
    """Closes the connection after half of the body it has announced.

    The server closes a connection whose answer was begun and not completed; no exception is
    needed for that.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


def drip_pauses(size: int, late_seconds: float) -> list[float]:
    """The pause after each piece of a dripping body of `size` bytes, in seconds."""
    pieces = max(1, min(size, _DRIP_PIECES))
    return [min(DRIP_SECONDS, late_seconds * _PART_OF_LATE) / pieces] * pieces


class Drip(Response):
    """Sends its body in small pieces with pauses between them."""

    def __init__(self, body: bytes, sandbox: Sandbox) -> None:
        super().__init__(body, media_type=ANSWER_TYPE)
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        body, sent = bytes(self.body), 0
        pauses = drip_pauses(len(body), self._sandbox.late_seconds)
        for number, pause in enumerate(pauses, 1):
            upto = len(body) * number // len(pauses)
            piece = {"type": "http.response.body", "body": body[sent:upto], "more_body": True}
            await send(piece)
            await self._sandbox.wait(pause)
            sent = upto
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def misanswer(fault: Fault, body: bytes, sandbox: Sandbox) -> Response:
    """The answer that `fault` makes of `body`, the right one (empty where the call did nothing)."""
    match fault:
        case Fault.LATE:
            await sandbox.wait(sandbox.late_seconds)
            return answer(body)
        case Fault.DROP:
            return CutOff(body, media_type=ANSWER_TYPE)
        case Fault.DRIP:
            return Drip(body, sandbox)
        case Fault.HTTP500:
            page = _ERROR_PAGE % (b"500", b"Internal Server Error")
            return Response(page, status_code=500, media_type="text/html")
        case Fault.HTML:
            page = _ERROR_PAGE % (b"Maintenance", b"Under maintenance")
            return Response(page, media_type="text/html")
        case Fault.GARBLED:
            return answer(NOISE)
        case Fault.EMPTY:
            return answer(b"")
        case Fault.REFUSE:
            return refused(REFUSAL)
        case Fault.BUSY:
            return refused(TOO_MANY_REQUESTS)
        case Fault.OTHER_ORDER:
            return answer(body)
