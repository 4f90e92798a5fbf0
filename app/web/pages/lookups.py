"""Lookups: asking the gateway what became of one order, and reading its answer beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.actions import NotPossible
from app.desk.batches.standing import standing
from app.desk.context import NoGateway
from app.desk.gateway_calls.lookup_view import lookup_answer
from app.desk.gateway_calls.lookups import ReasonNeeded, look_up
from app.desk.permissions import Permission
from app.protocol.messages import Call, InvalidMessage
from app.protocol.text import to_half_width
from app.protocol.time_words import clock_text
from app.protocol.words import N_, Sentence, Words
from app.records.columns import REASON_LENGTH
from app.records.exchanges import latest_lookups
from app.records.order_lists import orders_named
from app.records.orders import Order
from app.records.shops import Shop, shops_of
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.pages.exchanges import exchange_context, exchange_or_404
from app.web.presentation.field_errors import problem_words
from app.web.presentation.labels import LOCKS, NO_GATEWAY
from app.web.presentation.templates import page

Errors = Mapping[str, Words]
"""What is wrong with a field, by the field's name."""

LATEST = 20

SHOP_NEEDED = N_("Choose the shop whose order this is.")
REASON_NEEDED = N_(
    "The last lookup of this order is less than 60 minutes old. Wait until %(time)s, or say why"
    " you ask now."
)


@dataclass(frozen=True)
class Question:
    """What was typed into the form. OrderID is half-width, whatever was typed."""

    OrderID: str = ""
    ShopID: str = ""
    Reason: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Question:
        """The question in the fields of a form or of an address."""
        return cls(
            OrderID=to_half_width(fields.get("OrderID", "").strip()),
            ShopID=fields.get("ShopID", "").strip(),
            Reason=fields.get("Reason", "").strip()[:REASON_LENGTH],
        )


def index(request: Request) -> Response:
    """GET /lookups: the form (an OrderID in the address fills it in) and the latest lookups."""
    return _form(request, Question.read(request.query_params))


async def ask(request: Request) -> Response:
    """POST /lookups: ask about one OrderID, wait a moment for the answer, go to its page."""
    question = Question.read(await read_form(request))
    shop = await run_in_threadpool(_shop_for, request, question)
    if shop is None:
        return await run_in_threadpool(_form, request, question, {"ShopID": SHOP_NEEDED})
    return await _ask(request, shop, question)


async def ask_for_order(request: Request) -> Response:
    """POST /orders/{key}/lookups: ask about an order we have, and go back to it."""
    fields = await read_form(request)
    order, shop = await run_in_threadpool(_order_and_shop, request)
    question = Question(order.order_id, shop.shop_id, Question.read(fields).Reason)
    return await _ask(request, shop, question, order)


def show(request: Request) -> Response:
    """GET /lookups/{key}: the answer beside what we held. While it waits, it asks for itself."""
    with desk_of(request).database.reading() as session:
        exchange = exchange_or_404(session, request.path_params["key"])
        if exchange.call != Call.SEARCH:
            raise HTTPException(404)
        context = exchange_context(session, exchange)
        context["said"] = lookup_answer(session, exchange, context["order"])
        context["may_open"] = may(request, Permission.INVESTIGATE)
    return page(request, "lookups/show.html", context, fragment="lookups/_answer.html")


async def _ask(
    request: Request, shop: Shop, question: Question, order: Order | None = None
) -> Response:
    desk = desk_of(request)
    reason = question.Reason or None
    try:
        key, task = await look_up(desk, actor_of(request), shop, question.OrderID, reason)
    except (ReasonNeeded, NotPossible, NoGateway, InvalidMessage) as refused:
        return await run_in_threadpool(_form, request, question, _errors(refused), order)
    await desk.tasks.wait_briefly(task)
    return RedirectResponse(f"/orders/{order.id}" if order else f"/lookups/{key}", 303)


def _errors(refused: Exception) -> Errors:
    match refused:
        case ReasonNeeded(due_at=due_at):
            return {"Reason": Sentence(REASON_NEEDED, {"time": f"{clock_text(due_at)} JST"})}
        case NotPossible(lock=lock):
            return {"OrderID": LOCKS[lock.reason]}
        case InvalidMessage(problems=problems):
            return {"OrderID": problem_words(problems[0])}
        case _:
            return {"OrderID": NO_GATEWAY}


def _form(
    request: Request,
    question: Question,
    errors: Errors | None = None,
    order: Order | None = None,
) -> Response:
    """The form with what was typed; with errors (422) beside the fields that have them."""
    environment = order.environment if order else environment_of(request)
    with desk_of(request).database.reading() as session:
        shops = shops_of(session, environment)
        latest = latest_lookups(session, environment, LATEST)
        stands = standing(session, environment, now())
    context = {
        "question": question,
        "errors": errors or {},
        "order": order,
        "environment": environment,
        "choices": [(shop.shop_id, f"{shop.name} ({shop.shop_id})") for shop in shops],
        "latest": latest,
        "stands": stands,
        "may_ask": may(request, Permission.ACT, environment),
    }
    return page(request, "lookups/index.html", context, 422 if errors else 200)


def _shop_for(request: Request, question: Question) -> Shop | None:
    """The shop named, else the only one, else the only one that has such an order."""
    with desk_of(request).database.reading() as session:
        shops = shops_of(session, environment_of(request))
        if question.ShopID:
            return next((shop for shop in shops if shop.shop_id == question.ShopID), None)
        if len(shops) == 1:
            return shops[0]
        having = {order.shop_key for order in orders_named(session, question.OrderID)}
    found = [shop for shop in shops if shop.id in having]
    return found[0] if len(found) == 1 else None


def _order_and_shop(request: Request) -> tuple[Order, Shop]:
    with desk_of(request).database.reading() as session:
        order = session.get(Order, request.path_params["key"])
        if order is None:
            raise HTTPException(404)
        return order, session.get_one(Shop, order.shop_key)
