"""The address for the gateway's notifications, from its server to ours. Anybody can post here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.web.http.requests import read_body, remote_address_of
from app.web.http.services import services_of

RECEIVED, NOT_RECEIVED = "0", "1"
"""All that the gateway understands. After anything but RECEIVED it sends the notification again."""


async def receive_notification(request: Request) -> Response:
    """POST /netcash/notify: commit the body as it came and say so. Without an OrderID it is a test
    of the connection, which is received like any other.
    """
    intake = services_of(request).notifications
    body = await read_body(request)
    try:
        await intake.receive(body, remote_address_of(request))
    except Exception:
        return PlainTextResponse(NOT_RECEIVED)
    return PlainTextResponse(RECEIVED)
