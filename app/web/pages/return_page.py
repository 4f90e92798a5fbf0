"""RetURL: where customers' browsers bring results (Interface 2.1.2.4), and what customers read.

The page is the same for every reason of doubt: nobody can probe with it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.desk.callbacks import CustomerMessage
from app.desk.callbacks.raw import TARGET
from app.protocol.fields import ORDER_ID
from app.protocol.reading import read_result
from app.protocol.text import WINDOWS_31J
from app.protocol.wire import split_form
from app.web.http.requests import desk_of, read_body, remote_address_of
from app.web.http.services import services_of
from app.web.presentation.i18n import LANGUAGES, N_, preferred, translation
from app.web.presentation.templates import render

RELOADED = "reloaded"
"""What a page asked for without a result says."""

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
    """POST /netcash/return: commit the body as it came, judge it, answer the customer.

    200 means committed. 503: nothing is stored, and the page can send the same form again.
    """
    intake = services_of(request).callbacks
    async with intake.reading:
        try:
            async with asyncio.timeout(desk_of(request).settings.sender_seconds):
                body = await read_body(request)
        except TimeoutError:
            return PlainTextResponse("Request Timeout", 408, {"Connection": "close"})
        try:
            key = await intake.receive(body, _headers(request), remote_address_of(request))
        except Exception:
            services_of(request).storage_failures.note()
            return _page(request, CustomerMessage.BEING_CONFIRMED, _order_id(body), again=body)
    processed = await intake.outcome(key)
    message = processed.message if processed else CustomerMessage.BEING_CONFIRMED
    return _page(request, message, _order_id(body))


async def return_page_get(request: Request) -> Response:
    """GET /netcash/return: a neutral page. Nothing is recorded."""
    return _page(request, RELOADED, "")


def _headers(request: Request) -> Iterator[tuple[str, str]]:
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    yield TARGET, f"{path}?{query}" if query else path
    for name, value in request.scope["headers"]:
        yield name.decode("latin-1"), value.decode("latin-1")


_PLAIN_ORDER_ID = re.compile(rb"(?:^|&)OrderID=([0-9A-Za-z-]{1,27})(?:&|$)")


def _order_id(body: bytes) -> str:
    """Only a real OrderID is repeated: a page of ours says nothing a stranger puts in its mouth."""
    plain = _PLAIN_ORDER_ID.search(body)
    if plain:
        return plain[1].decode("ascii")
    order_id = read_result(body).values.get("OrderID", "")
    return order_id if not ORDER_ID.problems(order_id) else ""


def _page(request: Request, told: str, order_id: str, again: bytes | None = None) -> Response:
    # Not the cookie of the switch: nothing here looks at a cookie.
    language = preferred(request.headers.get("accept-language", ""))
    if again is None:
        return _Page((order_id or "—").encode().join(_frame(language, told)))
    return _Page(_rendered(language, told, order_id, _fields(again)), 503)


class _Page(HTMLResponse):
    """Its headers are always the same but for the length."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        del headers
        self.raw_headers = [*_HEADERS, (b"content-length", b"%d" % len(self.body))]


_HEADERS = ((b"content-type", b"text/html; charset=utf-8"), (b"content-language", b"ja, en"))

_PLACE = "\ue000"
"""Stands where an OrderID will stand: the pages differ in nothing else."""


@cache
def _frame(language: str, told: str) -> Sequence[bytes]:
    """The page in two parts, between which the OrderID stands; in one where it shows none."""
    return [part.encode() for part in _rendered(language, told, _PLACE, None).split(_PLACE)]


def _rendered(
    language: str, told: str, order_id: str, again: Sequence[tuple[str, str]] | None
) -> str:
    title, sentence = _WORDS[told]
    context = {
        "told": told,
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
        for name, value in split_form(body)
    ]
