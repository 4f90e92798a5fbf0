"""One order: everything known about it, what to do next, and what must not be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.actions import Action, Decision, Lock, LockReason, NextStep
from app.desk.actions.disputes import most_telling
from app.desk.context import DeskSettings
from app.desk.orders.order_view import OrderView, order_view
from app.desk.permissions import Permission
from app.desk.status.unproven import unproven_of
from app.protocol.error_catalogue import fault
from app.protocol.hosts import is_loopback
from app.protocol.statuses import Status
from app.protocol.words import N_, Words
from app.records.book import entry_of
from app.records.cases import cases_about
from app.records.changes import Change, Effect
from app.records.erasures import erasure_of
from app.records.exchanges import WAITING
from app.records.families import family_of, is_paid_twice, is_unsettled, other_try
from app.records.orders import Order
from app.records.payment_links import PaymentLink
from app.web.http.requests import desk_of, may
from app.web.pages.live import live_context
from app.web.pages.order_in_list import place_in_list
from app.web.presentation.labels import WORTH_SHOWING
from app.web.presentation.order_summary import summaries
from app.web.presentation.qr import qr
from app.web.presentation.templates import language_of, page, wants_fragment

Flash = tuple[str, Words]

SENT_BEFORE: Flash = (
    "info",
    N_("This form had already made this order. Nothing was sent again."),
)

# The button that goes with the recommended step.
STEP_ACTIONS: Mapping[NextStep, Action] = {
    NextStep.REGISTER: Action.REGISTER,
    NextStep.REGISTER_AGAIN: Action.REGISTER,
    NextStep.EXECUTE: Action.EXECUTE,
    NextStep.EXECUTE_AGAIN: Action.EXECUTE,
    NextStep.ADOPT_AND_EXECUTE: Action.EXECUTE,
    NextStep.SEND_CUSTOMER: Action.LAUNCH,
    NextStep.ASK_GATEWAY: Action.LOOK_UP,
    NextStep.CONFIRM_BY_LOOKUP: Action.LOOK_UP,
    NextStep.NEW_ORDER_ID: Action.NEW_NUMBER,
}


FIRST_CLICK_ACTS = timedelta(seconds=15)
"""How long the page of a second click goes on looking for what the first one has set off."""


@dataclass(frozen=True)
class LockedActions:
    """Actions that one and the same reason locks, and since when."""

    reason: LockReason
    at: datetime | None
    actions: list[Action]

    @property
    def is_worth_showing(self) -> bool:
        """Whether a person has to know of it."""
        return self.reason in WORTH_SHOWING


@dataclass(frozen=True)
class Link:
    """A payment link that still works, with its address and its QR code.

    `at_home`: only this very machine can open it.
    """

    launch: PaymentLink
    address: str
    qr: Markup
    at_home: bool


def show(request: Request) -> Response:
    """GET /orders/{key}. Asked for by htmx while a call is under way: 204 until it has ended."""
    messages = [SENT_BEFORE] if "sent-before" in request.query_params else []
    return order_page(request, messages)


def order_page(
    request: Request,
    messages: Sequence[Flash] = (),
    status: int = 200,
    settling: Mapping[str, Any] | None = None,
    dismissing: Mapping[str, Any] | None = None,
) -> Response:
    """The page of the order in the address.

    `settling`, `dismissing`: what was typed to do so, and its error.
    """
    desk = desk_of(request)
    with desk.database.reading() as session:
        order = order_or_404(session, request)
        live = live_context(session, order.environment, order.id)
        view = order_view(session, order, desk.settings)
        family = family_of(session, order)
        in_list = None if wants_fragment(request) else place_in_list(session, request, order)
        cases = cases_about(session, [order.id])
        entry = entry_of(session, order) if order.is_by_book else None
        erasure = erasure_of(session, order.id) if order.erased_at else None
    waiting = [one.exchange for one in view.exchanges if one.exchange.outcome == WAITING]
    if waiting and wants_fragment(request):
        return Response(status_code=204)
    context = _context(request, view, desk.settings) | live
    context |= {
        "waiting": waiting[-1] if waiting else None,
        "follows": "sent-before" in request.query_params
        and not waiting
        and order.created_at > now() - FIRST_CLICK_ACTS,
        "messages": messages,
        "erasure": erasure,
        "cases": cases,
        "settling": settling or {},
        "dismissing": dismissing or {},
        "family": family,
        "book_entry": entry,
        "other_try": other_try(view.order, family),
        "twice": is_paid_twice(family),
        "unsettled": is_unsettled(family),
        "in_list": in_list,
    }
    return page(request, "orders/show.html", context, status, fragment="orders/_order.html")


def order_or_404(session: Session, request: Request) -> Order:
    """The order in the address."""
    order = session.get(Order, request.path_params["key"])
    if order is None:
        raise HTTPException(404)
    return order


def _context(request: Request, view: OrderView, terms: DeskSettings) -> dict[str, Any]:
    last = view.exchanges[-1].exchange if view.exchanges else None
    may_act = may(request, Permission.ACT, view.order.environment)
    return {
        "view": view,
        "order": view.order,
        "environment": view.order.environment,
        "may_act": may_act,
        "may_investigate": may(request, Permission.INVESTIGATE),
        "step_action": STEP_ACTIONS.get(view.decision.next_step),
        "others": _others(view.decision),
        "locked_actions": locked_actions(view.decision),
        "last": last,
        "unproven": unproven_of(view.order),
        "summaries": summaries(
            view.order, view.shop, desk_of(request).settings.base_url, language_of(request)
        ),
        "now": now(),
        "named_by_gateway": [code for code in last.error_codes if fault(code).field]
        if last
        else [],
        "travelled": travelled(view.changes),
        "named": most_telling(view.standing),
        "ways_out": {one.believe: one for one in view.outcomes},
        # Whoever has it can pay, and read the Token.
        "link": _link(view, terms) if may_act else None,
    }


def locked_actions(decision: Decision) -> list[LockedActions]:
    """What must not be done now, by reason; settling is shown beside its conflict."""
    found: dict[Lock, LockedActions] = {}
    for action in Action:
        lock = decision.locked.get(action)
        if lock and action is not Action.SETTLE:
            found.setdefault(lock, LockedActions(lock.reason, lock.at, [])).actions.append(action)
    return list(found.values())


def travelled(changes: Sequence[Change]) -> dict[str, datetime]:
    """The statuses the order has been in, with the time it came to each."""
    times: dict[str, datetime] = {}
    for change in changes:
        if change.effect in (Effect.MOVED, Effect.SETTLED) and change.to_status in set(Status):
            times.setdefault(change.to_status, change.said_at or change.recorded_at)
    return times


def _others(decision: Decision) -> list[Action]:
    """What else can be done besides the recommended step, in the order of a payment."""
    step = None if decision.desk_asks else STEP_ACTIONS.get(decision.next_step)
    apart = {step, Action.SETTLE}
    if decision.next_step is NextStep.CORRECT_VALUES:
        # As they are they would only be refused again.
        apart |= {Action.REGISTER, Action.EXECUTE}
    return [action for action in Action if action in decision.possible - apart]


def _link(view: OrderView, terms: DeskSettings) -> Link | None:
    usable = [launch for launch in view.launches if launch.expires_at > now()]
    if not usable or Action.LAUNCH not in view.decision.possible:
        return None
    address = f"{terms.base_url}/pay/{usable[-1].secret}"
    at_home = is_loopback(urlsplit(address).hostname or "")
    return Link(usable[-1], address, qr(address), at_home)
