"""What is done with one order: each a POST that leads back to the order's page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.actions import NotPossible
from app.desk.actions.settle_conflict import (
    ComesBack,
    NoLookupToBelieve,
    ReasonMissing,
    settle_conflict,
)
from app.desk.context import Actor, Desk, NoGateway
from app.desk.orders.payment_links import create_payment_link
from app.desk.orders.transactions import execute, register
from app.protocol.words import N_
from app.web.http.requests import actor_of, desk_of, read_form
from app.web.pages.order_page import Flash, order_or_404, order_page
from app.web.presentation.labels import LOCKS, NO_GATEWAY

BELIEVE_NEEDED = N_("Choose which side to believe.")
REASON_NEEDED = N_("Say why: it is recorded with your name.")
COMES_BACK = N_(
    "The gateway says otherwise, so this conflict will be back. Tick that you keep it all the same,"
    " or believe the gateway."
)
NO_LOOKUP = N_("No lookup has answered since the conflict was raised. Ask the gateway first.")

Caller = Callable[[Desk, Actor, str], Awaitable[asyncio.Task[None]]]


async def register_order(request: Request) -> Response:
    """POST /orders/{key}/registrations: send EntryTran for an order made here."""
    return await _call(request, register)


async def execute_order(request: Request) -> Response:
    """POST /orders/{key}/executions: send ExecTran."""
    return await _call(request, execute)


async def launch(request: Request) -> Response:
    """POST /orders/{key}/launches: make a payment link and go to it; `then=show` stays here."""
    form = await read_form(request)
    key = await run_in_threadpool(_key, request)
    try:
        _, secret = await run_in_threadpool(
            create_payment_link, desk_of(request), actor_of(request), key
        )
    except (NotPossible, NoGateway) as refused:
        return await run_in_threadpool(order_page, request, [_refusal(refused)], 409)
    if form.get("then") == "show":
        return RedirectResponse(f"/orders/{key}#launch", 303)
    return RedirectResponse(f"/pay/{secret}", 303)


async def settle(request: Request) -> Response:
    """POST /orders/{key}/settlements: `believe` is lookup or keep; `Reason` is needed.

    What would only bring the same conflict back needs `comes-back` as well.
    """
    form = await read_form(request)
    typed = {name: form.get(name, "").strip() for name in ("believe", "Reason", "comes-back")}
    key = await run_in_threadpool(_key, request)
    try:
        errors = await run_in_threadpool(_settle, request, key, typed)
    except NotPossible as refused:
        return await run_in_threadpool(order_page, request, [_refusal(refused)], 409)
    if errors:
        return await run_in_threadpool(order_page, request, (), 422, typed | {"errors": errors})
    return _back(key)


def _settle(request: Request, key: str, typed: dict[str, str]) -> dict[str, str]:
    """Settle, or say what is wrong with what was typed, by field."""
    desk, actor, reason = desk_of(request), actor_of(request), typed["Reason"]
    try:
        if typed["believe"] == "lookup":
            settle_conflict(desk, actor, key, "lookup", reason)
        elif typed["believe"] == "keep":
            knowing = bool(typed["comes-back"])
            settle_conflict(desk, actor, key, "keep", reason, knowing=knowing)
        else:
            return {"believe": BELIEVE_NEEDED}
    except ReasonMissing:
        return {"Reason": REASON_NEEDED}
    except ComesBack:
        return {"believe": COMES_BACK}
    except NoLookupToBelieve:
        return {"believe": NO_LOOKUP}
    return {}


async def _call(request: Request, call: Caller) -> Response:
    """Send a call, wait a moment for its answer, and go back to the order, which shows the rest."""
    desk = desk_of(request)
    key = await run_in_threadpool(_key, request)
    try:
        task = await call(desk, actor_of(request), key)
    except (NotPossible, NoGateway) as refused:
        return await run_in_threadpool(order_page, request, [_refusal(refused)], 409)
    await desk.tasks.wait_briefly(task)
    return _back(key)


def _key(request: Request) -> str:
    with desk_of(request).database.reading() as session:
        return order_or_404(session, request).id


def _refusal(refused: NotPossible | NoGateway) -> Flash:
    words = NO_GATEWAY if isinstance(refused, NoGateway) else LOCKS[refused.lock.reason]
    return ("warning", words)


def _back(key: str) -> Response:
    return RedirectResponse(f"/orders/{key}", 303)
