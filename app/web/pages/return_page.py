"""RetURL: where customers' browsers bring callbacks (Interface 2.1.2.4), and what they read there.

The page is the same for every reason of doubt: nobody can probe with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.desk.callbacks import CustomerMessage
from app.desk.callbacks.raw import TARGET
from app.protocol.reading import order_id_of, pairs_of
from app.protocol.text import WINDOWS_31J
from app.protocol.words import LANGUAGES, N_, translation
from app.web.http.requests import read_body, remote_address_of
from app.web.http.services import services_of
from app.web.presentation.accept_language import preferred
from app.web.presentation.templates import render

RETURN_PATH = "/netcash/return"

RELOADED = "reloaded"
"""What a page asked for without a callback says."""

_WORDS = {
    CustomerMessage.PAID: (
        N_("Your payment is complete"),
        N_("There is nothing more to do here. You may close this page."),
    ),
    CustomerMessage.NOT_PAID: (
        N_("Your payment was not made"),
        N_(
            "It was cancelled, or it could not be accepted."
            " If you still want to pay, start again from the shop's page."
        ),
    ),
    CustomerMessage.BEING_CONFIRMED: (
        N_("Your payment is being confirmed"),
        N_(
            "Please do not pay again: the shop will tell you the result as soon as it is"
            " confirmed. You may close this page."
        ),
    ),
    RELOADED: (
        N_("The result is not shown here again"),
        N_("Before you pay again, please ask the shop whether your payment has arrived."),
    ),
}

_LABELS = {
    "again": N_(
        "The result has not reached us yet. Please press the button below to send it again."
    ),
    "send": N_("Send the result again"),
    "order_id": N_("Order ID"),
    "ask": N_("If you have a question, tell the shop this order ID."),
}


async def receive_callback(request: Request) -> Response:
    """POST /netcash/return: commit the body as it came, verify it, answer the customer.

    200 means committed. 503: nothing is stored, and the page can send the same form again.
    """
    intake = services_of(request).callbacks
    # Nobody queues to be read: who has sent all of it must not wait for who has not. How long that
    # may take, and for how many at once, is the server's affair.
    body = await read_body(request)
    request.app.state.bare_visits.brought(remote_address_of(request))
    try:
        key = await intake.receive(body, headers_of(request), remote_address_of(request))
    except asyncio.CancelledError:
        # The process ends, and cannot know whether it will have been stored.
        return _page_to_send_again(request, body)
    except Exception:
        services_of(request).storage_failures.note()
        return _page_to_send_again(request, body)
    try:
        processed = await intake.outcome(key)
    except asyncio.CancelledError:
        processed = None
    message = processed.message if processed else CustomerMessage.BEING_CONFIRMED
    return _page(request, message, order_id_of(body))


async def return_page_get(request: Request) -> Response:
    """GET /netcash/return: a neutral page. That somebody came is counted, nothing else is kept."""
    request.app.state.bare_visits.came(remote_address_of(request))
    return _page(request, RELOADED, "")


def headers_of(request: Request) -> Iterator[tuple[str, str]]:
    """The headers of whoever brings a result, and the address asked for."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    yield TARGET, f"{path}?{query}" if query else path
    for name, value in request.scope["headers"]:
        yield name.decode("latin-1"), value.decode("latin-1")


def _page(request: Request, message: str, order_id: str) -> Response:
    html = _kept_page(_language(request), message)
    return HTMLResponse(html.replace(_ORDER_ID.encode(), (order_id or "—").encode()), 200, _HEADERS)


def _page_to_send_again(request: Request, body: bytes) -> Response:
    message, order_id = CustomerMessage.BEING_CONFIRMED, order_id_of(body)
    html = _rendered(_language(request), message, order_id, _fields(body))
    return HTMLResponse(html, 503, _HEADERS)


def _language(request: Request) -> str:
    # Not the cookie of the switch: nothing here looks at a cookie.
    return preferred(request.headers.get("accept-language", ""))


_HEADERS = {"Content-Language": "ja, en"}

_ORDER_ID = "{OrderID}"
"""Stands in a kept page where an OrderID will stand. The pages differ in nothing else, and to
render one takes 64 of the 260 microseconds that a callback costs."""


@cache
def _kept_page(language: str, message: str) -> bytes:
    return _rendered(language, message, _ORDER_ID, None).encode()


def _rendered(
    language: str, message: str, order_id: str, again: Sequence[tuple[str, str]] | None
) -> str:
    title, sentence = _WORDS[message]
    context = {
        "message": message,
        "order_id": order_id,
        "again": again,
        "sides": [(side, translation(side).gettext) for side in LANGUAGES],
        "title": title,
        "sentence": sentence,
        "labels": _LABELS,
    }
    return render(language, "return_page/show.html", context)


def _fields(body: bytes) -> list[tuple[str, str]]:
    return [
        (name.decode(WINDOWS_31J, "replace"), value.decode(WINDOWS_31J, "replace"))
        for name, value in pairs_of(body)
    ]
