"""The address for the gateway's notices, from its server to ours. Anybody can post here."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.desk.notifications import NotificationIntake
from app.web.http.requests import desk_of, read_body, remote_address_of
from app.web.http.services import feed_of

RECEIVED, NOT_RECEIVED = "0", "1"
"""All that the gateway understands. After anything but RECEIVED it sends the notice again."""


async def receive_notification(request: Request) -> Response:
    """POST /netcash/notify: commit the body as it came and say so. Without an OrderID it is a test
    of the connection, which is received like any other.
    """
    intake = _intake_of(request)
    async with intake.reading:
        try:
            async with asyncio.timeout(desk_of(request).settings.sender_seconds):
                body = await read_body(request)
        except TimeoutError:
            return PlainTextResponse("Request Timeout", 408, {"Connection": "close"})
        try:
            await intake.receive(body, remote_address_of(request))
        except Exception:
            return PlainTextResponse(NOT_RECEIVED)
    return PlainTextResponse(RECEIVED)


def _intake_of(request: Request) -> NotificationIntake:
    """The intake of notifications of this process; it rings the feed's bell."""
    state = request.app.state
    if not hasattr(state, "notification_intake"):
        state.notification_intake = NotificationIntake(
            desk_of(request), state.limits, feed_of(request).ring
        )
    intake: NotificationIntake = state.notification_intake
    return intake
