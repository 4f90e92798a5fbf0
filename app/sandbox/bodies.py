"""Reading what a client sent, whatever it is: never fails, and never holds more than its limit."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from app.protocol.text import WINDOWS_31J
from app.protocol.wire import first_values, split_form

_FIELD_COUNT: Final = 50

BODY_LIMIT: Final = 64 * 1024  # bytes; ten times the longest request the interface allows

_BOUNDARY: Final = re.compile(r'boundary="?([^";]{1,200})"?', re.IGNORECASE)
_NAME: Final = re.compile(rb';\s*name="([^"]*)"|;\s*name=([^\s;"]+)', re.IGNORECASE)


class Unreadable(Exception):
    """No whole body came; `status` is the HTTP status to answer with, if anyone is listening."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(request: Request) -> bytes:
    """The raw body. Raises Unreadable when it is too long or was cut off."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise Unreadable(413)
    except ClientDisconnect:
        # Half a request must not be acted on: a cut amount is an amount too.
        raise Unreadable(400) from None
    return bytes(body)


def values_of(request: Request, body: bytes) -> dict[str, str]:
    """The values of a request's form."""
    return read_values(split_body(body, request.headers.get("content-type", "")))


async def read_own_form(request: Request) -> dict[str, str]:
    """A form of one of our own pages: UTF-8, unlike the wire's. Raises Unreadable."""
    text = (await read_body(request)).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELD_COUNT))
    except ValueError:
        raise Unreadable(400) from None


def split_body(body: bytes, content_type: str) -> list[tuple[bytes, bytes]]:
    """The pairs of a form in either encoding, as bytes.

    Whatever is not multipart counts as urlencoded, since clients send any type or none.
    """
    if content_type.lower().startswith("multipart/form-data"):
        boundary = _BOUNDARY.search(content_type)
        if boundary:
            return split_multipart(body, boundary.group(1).encode("latin-1", "replace"))
    return split_form(body)


def split_multipart(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    """The named parts of a multipart body. Parts without a name or a value are left out."""
    pairs = []
    # The delimiter begins a line, so that a boundary inside a value does not end it.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        head, separator, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if separator and name:
            pairs.append((name.group(1) or name.group(2) or b"", value))
    return pairs


def read_values(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The first value of each name as text.

    Bytes that are not Windows-31J become U+FFFD, which no parameter accepts: the format check of
    that very parameter then refuses them, and unknown parameters stay ignored whatever they hold.
    """
    return first_values(
        (name.decode(WINDOWS_31J, "replace"), value.decode(WINDOWS_31J, "replace"))
        for name, value in pairs
    )
