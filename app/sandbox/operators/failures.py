"""What is told to whoever asks for something that cannot be had: a page, JSON, or a bare status.

A page stands in the frame of its neighbours and has a way back. A call of the protocol gets no
page: no client of the gateway expects one.
"""

import logging
import sqlite3
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.words import N_
from app.sandbox import addresses
from app.sandbox.operators.answering import refused
from app.sandbox.operators.templates import operator_page, own_page

log = logging.getLogger(__name__)

_NOTHING_CHANGED: Final = N_("Nothing was changed. Go back and send it again.")
_UNREADABLE: Final = (N_("This request cannot be read"), _NOTHING_CHANGED)

# Title and words by HTTP status.
_SAID: Final = {
    400: _UNREADABLE,
    403: (
        N_("The control panel is open on this machine only"),
        N_("Open it under a loopback address, from the machine that the sandbox runs on."),
    ),
    404: (
        N_("This page does not exist"),
        N_("The sandbox may have been started over since: it then forgets its trades."),
    ),
    405: (
        N_("This address cannot be used this way"),
        N_("Nothing was changed. Open the page and use its buttons."),
    ),
    413: (
        N_("This is too long to be read"),
        N_("Nothing was stored. Send less than 64 KiB at once."),
    ),
    503: (
        N_("The sandbox's store does not answer"),
        N_("What you sent was not stored. Try again in a moment."),
    ),
}
_ELSEWHERE: Final = (
    N_("This request came from another site"),
    N_("It was refused and changed nothing. Open the page here and send it again."),
)


class FromElsewhere(HTTPException):
    """A page of another site sent this."""

    def __init__(self) -> None:
        super().__init__(403, "sent by another site's page")


def fail(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in this error."""
    if isinstance(error, HTTPException):
        status, words, headers = error.status_code, error.detail, error.headers
    else:
        log.error("the sandbox's store failed (%s)", error)
        status, words, headers = 503, "the store does not answer", None
    response = _answer(request, error, status, words)
    response.headers.update(headers or {})
    return response


def _answer(request: Request, error: Exception, status: int, words: str) -> Response:
    path = addresses.within(request)
    if path.startswith("/api/") or path == "/openapi.json":
        return refused(status, words)
    if path.startswith(("/payment/", "/static/")):
        return Response(status_code=status)
    title, meaning = (
        _ELSEWHERE if isinstance(error, FromElsewhere) else _SAID.get(status, _UNREADABLE)
    )
    # The guide's readers may have no account with the desk that mounts us.
    guide = path == "/guide"
    back = addresses.inside(request, "/guide" if guide else "") or "/"
    context = {"title": title, "words": meaning, "back": back, "guide": guide}
    if request.method != "GET":
        context["home"] = back
    show = own_page if guide else operator_page
    return show(request, "trouble", context, status)


EXCEPTION_HANDLERS: Final = {HTTPException: fail, sqlite3.Error: fail}
