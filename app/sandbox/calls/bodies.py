"""Reading what a client sent, whatever it is: never fails, and never holds more than its limit."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from app.protocol.multipart import is_multipart, split_multipart
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import first_values, split_form

_FIELD_COUNT: Final = 50

BODY_LIMIT: Final = 64 * 1024  # bytes; ten times the longest request the interface allows

# A body that is too long is read on to here before it is refused: a client that is still sending
# when the connection closes sees a broken pipe and not the refusal.
_PATIENCE: Final = 16 * 1024 * 1024  # bytes


class Unreadable(Exception):
    """No whole body came; `status` is the HTTP status to answer with, if anyone is listening."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(request: Request) -> bytes:
    """The raw body. Raises Unreadable when it is too long or was cut off."""
    body, length = bytearray(), 0
    try:
        async for chunk in request.stream():
            length += len(chunk)
            if length <= BODY_LIMIT:
                body += chunk
            elif length > _PATIENCE:
                break
    except ClientDisconnect:
        # Half a request must not be acted on: a cut amount is an amount too.
        raise Unreadable(400) from None
    if length > BODY_LIMIT:
        raise Unreadable(413)
    return bytes(body)


def values_of(request: Request, body: bytes) -> dict[str, str]:
    """The values of a request's form.

    A published client sends its lookup's parameters in the address, so those count too, after the
    body's.
    """
    pairs = split_body(body, request.headers.get("content-type", ""))
    query: bytes = request.scope["query_string"]
    return read_values([*pairs, *split_form(query)] if query else pairs)


async def read_own_form(request: Request) -> dict[str, str]:
    """A form of one of our own pages: UTF-8, unlike the wire's. Raises Unreadable."""
    text = (await read_body(request)).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELD_COUNT))
    except ValueError:
        raise Unreadable(400) from None


def split_body(body: bytes, content_type: str) -> list[tuple[bytes, bytes]]:
    """The pairs of a form in either encoding, as bytes.

    Whatever does not look multipart counts as urlencoded, since clients send any type or none. A
    line end after an urlencoded form is a file's or a shell's, not the last value's.
    """
    parts = split_multipart(body, content_type) if is_multipart(content_type) else []
    return parts or split_form(body.rstrip(b"\r\n"))


def read_values(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The first value of each name as text.

    Assumed: UTF-8 that a client sends is read as Windows-31J; where that reading is no character
    the value is refused (M01039013 and the like), where it is one it is kept as it reads.

    Bytes that are not Windows-31J become U+FFFD, as Java's decoder has them, which no parameter
    accepts: the format check of that very parameter then refuses them, and unknown parameters stay
    ignored whatever they hold.
    """
    return first_values(
        (name.decode(WINDOWS_31J, "replace"), value.decode(WINDOWS_31J, "replace"))
        for name, value in pairs
    )
