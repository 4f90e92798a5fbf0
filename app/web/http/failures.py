"""From an exception to the page that says it: one table, both languages, no traceback ever."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.desk.permissions import FactorNeeded, NotPermitted
from app.logs import Repeated
from app.protocol.words import N_, say
from app.records.database import UNREACHABLE
from app.records.encryption import DecryptionFailed
from app.web.http.again import to_second_factor
from app.web.http.notes import note
from app.web.http.problems import Problem, is_for_programs, problem_answer
from app.web.http.routing import methods_at
from app.web.presentation.templates import page, wants_fragment

log = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds after which it is worth while to ask again."""

FOR_PROGRAMS_IN = "en"
"""The language of what programs are told."""

_database = Repeated(
    log,
    "a page could not be shown: the database does not answer",
    "pages are shown again",
    outside=UNREACHABLE,
)


@dataclass(frozen=True)
class Failure:
    """What a failed request is told: what happened, what it means, what to do."""

    status: int
    title: str
    words: str


ELSEWHERE = Failure(
    403,
    N_("This request came from another site"),
    N_("It was refused and changed nothing. Open the page here and send it again."),
)
FORBIDDEN = Failure(
    403,
    N_("Your role does not allow this"),
    N_("Nothing was changed. Ask an administrator if you need it."),
)
BROKEN = Failure(
    500,
    N_("Something went wrong on our side"),
    N_(
        "The fault has been logged. If you were sending something to the gateway, look at the"
        " order before you try again: what had been sent is recorded there."
    ),
)
NO_DATABASE = Failure(
    503,
    N_("The database does not answer"),
    N_("What you sent was not stored. Try again in a moment."),
)
ENDING = Failure(
    503,
    N_("The desk is being restarted"),
    N_(
        "Try again in a moment. If you were sending something to the gateway, look at the order"
        " before you try again: what had been sent is recorded there."
    ),
)
CROWDED = Failure(
    503,
    N_("Too many people are asking at once"),
    N_("Nothing was changed. Try again in a few seconds."),
)
CANNOT_DECRYPT = Failure(
    500,
    N_("A stored secret cannot be read"),
    N_("SECRET_KEY is not the one it was sealed with. Start the desk with the earlier key."),
)
UNREADABLE = Failure(
    400,
    N_("This request cannot be read"),
    N_("Nothing was changed. Go back and send it again."),
)
BY_STATUS = {
    401: Failure(
        401,
        N_("A token is needed"),
        N_("Send one that holds: Authorization: Bearer, and the token."),
    ),
    429: Failure(
        429,
        N_("This token asks too often"),
        N_("Ask again after the seconds that Retry-After names."),
    ),
    403: FORBIDDEN,
    404: Failure(
        404,
        N_("This page does not exist"),
        N_("Check the address, or look for the order by its OrderID."),
    ),
    405: Failure(
        405,
        N_("This address cannot be used this way"),
        N_("Nothing was changed. Open the page and use its buttons."),
    ),
    421: Failure(
        421,
        N_("This desk is not known by this name"),
        N_("Open it at its own address. Whoever runs it can add the name to ALLOWED_HOSTS."),
    ),
    503: NO_DATABASE,
    413: Failure(
        413,
        N_("This is too long to be read"),
        N_("Nothing was stored. Send less than 64 KiB at once."),
    ),
}
BY_EXCEPTION: Mapping[type[Exception], Failure] = {
    OperationalError: NO_DATABASE,
    InterfaceError: NO_DATABASE,
    NoneFree: NO_DATABASE,
    DecryptionFailed: CANNOT_DECRYPT,
}


def fail(request: Request, error: Exception) -> Response:
    """The answer to a request whose endpoint, or whose guard, raised this."""
    if isinstance(error, HTTPException):
        return _answer_http(request, error)
    if isinstance(error, NotPermitted):
        where = getattr(request.scope.get("route"), "path", "")
        note(request, "refused", subject=f"{request.method} {where}: {error}")
        return answer(request, FORBIDDEN)
    if isinstance(error, FactorNeeded):
        return to_second_factor(request)
    # The path may hold the key of a link; the route's path does not.
    where = getattr(request.scope.get("route"), "path", "an unknown address")
    kinds = type(error).__mro__
    failure = next((BY_EXCEPTION[kind] for kind in kinds if kind in BY_EXCEPTION), BROKEN)
    if failure is NO_DATABASE:
        # Each page that somebody asks for meanwhile fails alike.
        _database.failed(error)
    else:
        # What has a page of its own is the surroundings' fault.
        fault = error if failure is BROKEN else None
        log.error("%s %s failed (%s)", request.method, where, kinds[0].__name__, exc_info=fault)
    response = answer(request, failure)
    if failure.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def database_answers() -> None:
    """It did just now."""
    _database.worked()


def _answer_http(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    failure = BY_STATUS.get(status, UNREADABLE if status < 500 else BROKEN)
    if isinstance(error, Problem):
        response = _problem(failure, status, error)
    else:
        response = answer(request, failure, status)
    response.headers.update(error.headers or {})
    if status == 405:
        # Starlette names the methods of one route; a path may have several.
        response.headers["Allow"] = methods_at(request.app.routes, request.scope)
    return response


def answer(request: Request, failure: Failure, status: int | None = None) -> Response:
    """The page that says a failure; its status alone for a stream, a fragment for htmx."""
    status = status or failure.status
    if is_stream(request):
        return Response(status_code=status)
    if is_for_programs(request):
        return _problem(failure, status)
    context = {"failure": failure, "switch": ""}
    frame = "desk" if getattr(request.state, "user", None) else "plain"
    try:
        response = page(
            request, f"failures/{frame}.html", context, status, fragment="failures/_notice.html"
        )
    except Exception:
        log.exception("the page that says a failure failed itself")
        return PlainTextResponse(f"{status} {failure.title}", status)
    if wants_fragment(request):
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _problem(failure: Failure, status: int, problem: Problem | None = None) -> Response:
    # In one language whoever asks: its particulars are written for programs, in English.
    title, words = say(FOR_PROGRAMS_IN, failure.title), say(FOR_PROGRAMS_IN, failure.words)
    return problem_answer(status, title, words, problem)


def is_stream(request: Request) -> bool:
    """Whether an event stream is asked for. htmx says it takes one with every request it makes."""
    accepted = request.headers.get("accept", "")
    return "text/event-stream" in accepted and "hx-request" not in request.headers


exception_handlers = dict.fromkeys((HTTPException, NotPermitted, FactorNeeded, *BY_EXCEPTION), fail)
"""For Starlette; what is not listed reaches the guard, which answers it by `fail` too."""
