"""Live streams: callbacks as they arrive, each as the row of its list (server-sent events).

The id of an event is a cursor: a browser that comes back with it (Last-Event-ID) misses nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from app.desk.live.callback_events import CallbackEvent, Cursor, present_cursor
from app.desk.live.feed import News
from app.desk.live.notification_events import NotificationEvent
from app.records.shops import Environment
from app.web.http.attention import counted_for
from app.web.http.cookies import session_secret
from app.web.http.requests import environment_of
from app.web.http.services import services_of
from app.web.presentation.templates import language_of, render

LIFE = 600
"""Seconds until a stream ends and its browser comes back, so that none is for ever."""

GREETING = b"retry: 1000\nevent: live\ndata: live\n\n"
"""Says that the stream gets through: an event of its own, which changes no row."""

NOTIFIED = b"data: notice\n\n"
"""Has the page of an order read again. It is no row, and leaves the cursor where it is."""


async def callbacks(request: Request) -> Response:
    """GET /live/callbacks: the environment's callbacks, or (`order`) those of one order.

    Begins after `after` or the Last-Event-ID; without either, now.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request), 200, headers, "text/event-stream")


def number(request: Request) -> Response:
    """GET /live/number: how many entries need a person, for the menu and title of an open page."""
    count = counted_for(request)(environment_of(request))
    return PlainTextResponse("" if count is None else str(count))


async def _events(request: Request) -> AsyncIterator[bytes]:
    told, services = _told(request), services_of(request)
    until = time.monotonic() + LIFE
    with services.sign_ins.watching(session_secret(request) or "") as is_signed_in:
        yield GREETING
        async for arrivals in services.feed.follow(_since(request)):
            if not is_signed_in():
                return
            yield b"".join(map(told, arrivals)) or GREETING
            if time.monotonic() > until:
                return


def _told(request: Request) -> Callable[[News], bytes]:
    """How this stream tells of what arrives; with nothing, where it is none of its page's."""
    environment, order_key = environment_of(request), request.query_params.get("order", "")
    language = language_of(request)

    def told(arrival: News) -> bytes:
        if arrival.concerns(environment, order_key):
            return _event(language, arrival)
        if isinstance(arrival, CallbackEvent) and arrival.leaves(environment, order_key):
            return _gone(arrival)
        return b""

    return told


def _gone(arrival: CallbackEvent) -> bytes:
    """A row that a list has shown since nobody knew yet to which environment it belongs."""
    row = f'<tr id="callback-{arrival.shown.id}" data-gone="true"></tr>'
    return f"id: {arrival.cursor}\ndata: {row}\n\n".encode()


def _since(request: Request) -> Cursor | None:
    cursor = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return Cursor.parse(cursor)


@lru_cache(maxsize=1_000)
def _event(language: str, arrival: News) -> bytes:
    """One row, written once for all streams of a language."""
    if isinstance(arrival, NotificationEvent):
        return NOTIFIED
    context = {
        "callback": arrival.shown,
        "copies": arrival.copies,
        "repeat": arrival.shown is not arrival.callback,
    }
    row = render(language, "callbacks/_row.html", context)
    lines = "".join(f"data: {line}\n" for line in row.strip().splitlines())
    return f"id: {arrival.cursor}\n{lines}\n".encode()


def live_context(session: Session, environment: Environment, order_key: str = "") -> dict[str, str]:
    """Where a page goes on by itself. Read it before what the page shows."""
    query = f"env={environment}&after={present_cursor(session)}"
    if order_key:
        query += f"&order={order_key}"
    return {"stream": f"/live/callbacks?{query}", "number": f"/live/number?env={environment}"}
