"""Callbacks: the list of what arrived at RetURL, and one of them with its proof."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from shlex import quote
from typing import Any, NamedTuple

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.callbacks import judge_by_hand
from app.desk.callbacks.callback_view import CallbackView, callback_view
from app.desk.callbacks.raw import TARGET
from app.desk.orders.order_view import OrderView, order_view
from app.desk.orders.search import tidy
from app.desk.orders.timeline_window import timeline_window
from app.desk.permissions import Permission
from app.desk.status.unproven import unproven_of
from app.protocol.checkstring import Verdict
from app.protocol.error_catalogue import Fault, fault
from app.protocol.wire import WireError, decode_pairs, encode_form, split_form
from app.records.callback_lists import (
    NOT_JUDGED,
    CallbackFilter,
    callbacks_page,
    copies_of,
    number_of_callbacks,
)
from app.records.callbacks import Callback
from app.records.dropped_callbacks import dropped_so_far
from app.records.erasures import erasure_behind
from app.records.saved_views import ListName
from app.records.shops import Environment
from app.web.http.paging import csv_address, neighbours, place_of
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.pages.filter_reader import COUNTED, FilterReader, reader_context
from app.web.pages.live import live_context
from app.web.pages.return_page import RETURN_PATH
from app.web.pages.saved_views import views_context
from app.web.pages.signatures import signature_of
from app.web.presentation.templates import page

CODES = 20
"""The most codes of an ErrInfo that are explained. The gateway sends one or two; anybody can send
thousands."""

FIELDS_AGAIN = 100
"""The most fields of a form that sends a callback again."""


def index(request: Request) -> Response:
    """GET /callbacks: newest first, by OrderID or its beginning, and by verdict."""
    wanted, reader = read_callback_filter(request.query_params, environment_of(request))
    place = place_of(request)
    filtered = wanted != CallbackFilter(wanted.environment)
    # A page of the past, or of a choice, stands still.
    stands = filtered or place.before or place.after
    with desk_of(request).database.reading() as session:
        # Where the stream begins is read before the rows, so that nothing falls between.
        live = {} if stands else live_context(session, wanted.environment)
        listed = callbacks_page(session, wanted, place)
        context = list_context(session, listed.rows) | live
        context |= views_context(session, request, ListName.CALLBACKS)
        context["dropped"] = dropped_so_far(session)
        # What fills itself has no number that would stay true.
        context["number_listed"] = number_of_callbacks(session, wanted, COUNTED) if stands else 0
    context |= reader_context(request, reader) | {"wanted": wanted, "most_counted": COUNTED}
    context |= {"verdicts": list(Verdict), "filtered": filtered, "csv": csv_address(request)}
    return page(request, "callbacks/index.html", context | neighbours(request, listed))


def list_context(session: Session, callbacks: Sequence[Callback]) -> dict[str, Any]:
    """What the rows of a list of callbacks need."""
    return {
        "callbacks": callbacks,
        "stream": None,
        "copies": copies_of(session, [callback.id for callback in callbacks]),
    }


def show(request: Request) -> Response:
    """GET /callbacks/{key}: verdict, derivation, bytes, and what was done with it."""
    return _page(request)


async def reveal_signature(request: Request) -> Response:
    """POST /callbacks/{key}/signatures: the page, once with what our password signs. `Reason`."""
    reason = (await read_form(request)).get("Reason", "")
    return await run_in_threadpool(_page, request, reason)


def _page(request: Request, reason: str | None = None) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        callback = session.get(Callback, request.path_params["key"])
        if callback is None:
            raise HTTPException(404)
        view = callback_view(session, desk.settings.our_shops, callback)
        whole = order_view(session, view.order, desk.settings) if view.order else None
        erasure = erasure_behind(session, callback.id, view.order)
    signature = signature_of(request, view, reason)
    context = _of_order(callback, whole) | {
        "view": view,
        "signature": signature,
        "reveals_at": f"/callbacks/{callback.id}/signatures",
        "callback": callback,
        "erasure": erasure,
        "environment": callback.environment or environment_of(request),
        "faults": faults_of(view),
        "curl": _curl(desk.settings.base_url, view),
        "may_judge": may(request, Permission.JUDGE),
        "again": _again(view),
    }
    return page(request, "callbacks/show.html", context, 422 if signature.problem else 200)


def judge(request: Request) -> Response:
    """POST /callbacks/{key}/judgements: one without a verdict is judged now."""
    key = request.path_params["key"]
    with desk_of(request).database.reading() as session:
        if session.get(Callback, key) is None:
            raise HTTPException(404)
    judge_by_hand(desk_of(request), actor_of(request), key)
    return RedirectResponse(f"/callbacks/{key}", 303)


def _of_order(callback: Callback, whole: OrderView | None) -> dict[str, Any]:
    """Where the callback stands in its order's past, and whether it is a reason to ask."""
    if whole is None:
        return {"place": None, "unproven": None}
    is_proof = callback.verdict in (None, Verdict.VERIFIED)
    return {
        "place": timeline_window(callback, whole),
        "decision": whole.decision,
        "unproven": None if is_proof else unproven_of(whole.order),
    }


def read_callback_filter(
    query: QueryParams, environment: Environment
) -> tuple[CallbackFilter, FilterReader]:
    """Which callbacks the address asks for, and what of it was understood."""
    reader = FilterReader(query)
    reader.only("env", "q", "verdict", "copy_of", "from", "to", "before", "after")
    wanted = CallbackFilter(
        environment=environment,
        text=tidy(query.get("q", "")),
        verdict=reader.choice("verdict", [*Verdict, NOT_JUDGED]),
        copy_of=query.get("copy_of", ""),
        received_from=reader.beginning("from"),
        received_to=reader.end("to"),
    )
    return wanted, reader


class Faults(NamedTuple):
    """The gateway's reasons, and how many more codes came than are shown."""

    shown: Sequence[Fault]
    more: int


def faults_of(view: CallbackView) -> Faults:
    """The gateway's reasons, as far as the callback names any (Interface 2.1.2.4)."""
    codes = [code for code in view.reading.values.get("ErrInfo", "").split("|") if code]
    return Faults([fault(code) for code in codes[:CODES]], max(0, len(codes) - CODES))


def _curl(base_url: str, view: CallbackView) -> str | None:
    """A command that brings the same bytes to the same place; None where they are not here."""
    if view.callback.whole_length:
        return None
    by_a_browser = not view.kept and view.callback.channel is None
    target = view.headers.get(TARGET, RETURN_PATH) if by_a_browser else RETURN_PATH
    address = quote(base_url + target)
    body = view.callback.body
    if body.isascii() and body.decode("ascii").isprintable():
        return f"curl --data-raw {quote(body.decode('ascii'))} {address}"
    return f"echo {b64encode(body).decode('ascii')} | base64 -d | curl --data-binary @- {address}"


def _again(view: CallbackView) -> list[tuple[str, str]] | None:
    """The fields with which a browser would send these very bytes; None where none could, or where
    they are too many for a page."""
    raw = view.callback.body
    ours = view.callback.environment is Environment.SANDBOX and not view.callback.whole_length
    if not ours or raw.count(b"&") >= FIELDS_AGAIN:
        return None
    try:
        fields = decode_pairs(split_form(raw))
        return fields if encode_form(fields) == raw else None
    except WireError:
        return None
