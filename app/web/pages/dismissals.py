"""A person's word that an entry needs nobody any more: each a POST that leads back to its page."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.orders.dismissals import (
    NoReason,
    dismiss_burst,
    dismiss_copies,
    dismiss_losses,
    dismiss_unproven,
    see_double_payment,
)
from app.web.http.requests import actor_of, desk_of, read_form
from app.web.pages.order_actions import REASON_NEEDED
from app.web.pages.order_page import order_or_404, order_page
from app.web.pages.overview import overview

_MISSING = {"Reason": "", "errors": {"Reason": REASON_NEEDED}}


async def dismiss_of_order(request: Request) -> Response:
    """POST /orders/{key}/dismissals: `Reason` why nobody need ask about unproven results."""
    return await run_in_threadpool(_of_order, request, await _reason(request))


def _of_order(request: Request, reason: str) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        key = order_or_404(session, request).id
    try:
        dismiss_unproven(desk, actor_of(request), key, reason)
    except NoReason:
        return order_page(request, status=422, dismissing=_MISSING)
    return RedirectResponse(f"/orders/{key}", 303)


async def see_double_payment_of_order(request: Request) -> Response:
    """POST /orders/{key}/double-payments: `Reason` says what was done about it."""
    return await run_in_threadpool(_double, request, await _reason(request))


def _double(request: Request, reason: str) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        key = order_or_404(session, request).id
    try:
        see_double_payment(desk, actor_of(request), key, reason)
    except NoReason:
        return order_page(request, status=422, dismissing={"double": _MISSING})
    return RedirectResponse(f"/orders/{key}", 303)


async def dismiss_lost(request: Request) -> Response:
    """POST /lost-results/dismissals: `Reason` says what was done about them."""
    return await run_in_threadpool(_lost, request, await _reason(request))


def _lost(request: Request, reason: str) -> Response:
    try:
        dismiss_losses(desk_of(request), actor_of(request), reason)
    except NoReason:
        return overview(request, 422, _MISSING)
    return RedirectResponse("/", 303)


async def dismiss_burst_seen(request: Request) -> Response:
    """POST /bursts/dismissals: `Reason` says what came of looking at them."""
    return await run_in_threadpool(_burst, request, await _reason(request))


def _burst(request: Request, reason: str) -> Response:
    try:
        dismiss_burst(desk_of(request), actor_of(request), reason)
    except NoReason:
        return overview(request, 422, {"burst": _MISSING})
    return RedirectResponse("/", 303)


async def dismiss_unproven_copies(request: Request) -> Response:
    """POST /unproven-copies/dismissals: `Reason` says what came of looking at them."""
    return await run_in_threadpool(_copies, request, await _reason(request))


def _copies(request: Request, reason: str) -> Response:
    try:
        dismiss_copies(desk_of(request), actor_of(request), reason)
    except NoReason:
        return overview(request, 422, {"copies": _MISSING})
    return RedirectResponse("/", 303)


async def _reason(request: Request) -> str:
    return (await read_form(request)).get("Reason", "")
