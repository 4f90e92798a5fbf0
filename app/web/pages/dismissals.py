"""A person's word that an entry needs nobody any more: each a POST that leads back to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.context import Actor, Desk
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
    return await _of_order(request, dismiss_unproven, _MISSING)


async def see_double_payment_of_order(request: Request) -> Response:
    """POST /orders/{key}/double-payments: `Reason` says what was done about it."""
    return await _of_order(request, see_double_payment, {"double": _MISSING})


async def dismiss_lost(request: Request) -> Response:
    """POST /lost-results/dismissals: `Reason` says what was done about them."""
    return await _of_overview(request, dismiss_losses, _MISSING)


async def dismiss_burst_seen(request: Request) -> Response:
    """POST /bursts/dismissals: `Reason` says what came of looking at them."""
    return await _of_overview(request, dismiss_burst, {"burst": _MISSING})


async def dismiss_unproven_copies(request: Request) -> Response:
    """POST /unproven-copies/dismissals: `Reason` says what came of looking at them."""
    return await _of_overview(request, dismiss_copies, {"copies": _MISSING})


async def _of_order(
    request: Request,
    dismiss: Callable[[Desk, Actor, str, str], None],
    missing: Mapping[str, object],
) -> Response:
    reason = await _reason(request)

    def said() -> Response:
        desk = desk_of(request)
        with desk.database.reading() as session:
            key = order_or_404(session, request).id
        try:
            dismiss(desk, actor_of(request), key, reason)
        except NoReason:
            return order_page(request, status=422, dismissing=missing)
        return RedirectResponse(f"/orders/{key}", 303)

    return await run_in_threadpool(said)


async def _of_overview(
    request: Request, dismiss: Callable[[Desk, Actor, str], None], missing: Mapping[str, object]
) -> Response:
    reason = await _reason(request)

    def said() -> Response:
        try:
            dismiss(desk_of(request), actor_of(request), reason)
        except NoReason:
            return overview(request, 422, missing)
        return RedirectResponse("/", 303)

    return await run_in_threadpool(said)


async def _reason(request: Request) -> str:
    return (await read_form(request)).get("Reason", "")
