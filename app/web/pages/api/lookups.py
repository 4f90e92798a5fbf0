"""Lookups by machine: under the rules of people, the 60 minutes and the reason among them."""

from __future__ import annotations

from datetime import UTC

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.actions import NotPossible
from app.desk.context import NoGateway
from app.desk.gateway_calls.lookups import ReasonNeeded, look_up
from app.protocol.messages import InvalidMessage
from app.protocol.words import say
from app.records.exchanges import WAITING, Exchange
from app.records.orders import order_by_number
from app.records.shops import Shop
from app.records.tokens import Scope
from app.web.http.bearer import actor_behind, token_for
from app.web.http.problems import Problem
from app.web.http.requests import desk_of, read_body
from app.web.pages.api.answers import written
from app.web.pages.api.models import LookupAnswer, LookupQuestion
from app.web.pages.api.reading import order_answer
from app.web.presentation.field_errors import problem_words
from app.web.presentation.labels import LOCKS


async def ask(request: Request) -> Response:
    """POST /api/v1/lookups: 201 with the gateway's answer; 202 when it takes longer."""
    token = await token_for(request, Scope.LOOKUP)
    question = _question(await read_body(request))
    desk = desk_of(request)
    shop = await run_in_threadpool(_shop, request, question.ShopID)
    reason = question.Reason.replace("\0", "\ufffd")
    try:
        key, task = await look_up(
            desk, actor_behind(token, request), shop, question.OrderID, reason or None
        )
    except (ReasonNeeded, NotPossible, NoGateway, InvalidMessage) as refused:
        raise _refused(refused) from None
    await desk.tasks.wait_briefly(task)
    answer = await run_in_threadpool(_answer, request, key, shop)
    return written(answer, 202 if answer.outcome == WAITING else 201)


def _question(body: bytes) -> LookupQuestion:
    try:
        return LookupQuestion.model_validate_json(body)
    except ValidationError as error:
        errors = {
            ".".join(map(str, one["loc"])) or "body": one["msg"]
            for one in error.errors(include_input=False, include_url=False)
        }
        words = "The body is JSON with ShopID, OrderID and, where it is needed, Reason."
        raise Problem(422, "not-understood", words, {"errors": errors}) from None


def _shop(request: Request, shop_id: str) -> Shop:
    desk = desk_of(request)
    with desk.database.reading() as session:
        shop = desk.settings.our_shops.named(session, [shop_id]).get(shop_id)
    if shop is None:
        errors = {"ShopID": "This desk has no such shop."}
        raise Problem(404, "no-such-shop", "There is no such shop.", {"errors": errors})
    return shop


def _refused(refused: Exception) -> Problem:
    match refused:
        case ReasonNeeded(due_at=due_at):
            seconds = max(1, round((due_at - now()).total_seconds()))
            return Problem(
                409,
                "reason-needed",
                "The last lookup is less than 60 minutes old: give a Reason, or wait.",
                {"free_at": due_at.astimezone(UTC).isoformat(), "errors": {"Reason": "Needed."}},
                {"Retry-After": str(seconds)},
            )
        case NotPossible(lock=lock):
            return Problem(409, "locked", say("en", LOCKS[lock.reason]))
        case InvalidMessage(problems=problems):
            errors = {problem.parameter: say("en", problem_words(problem)) for problem in problems}
            return Problem(422, "not-understood", "No order has such a number.", {"errors": errors})
        case _:
            return Problem(409, "no-gateway", "This shop has no gateway to ask.")


def _answer(request: Request, key: str, shop: Shop) -> LookupAnswer:
    desk = desk_of(request)
    with desk.database.reading() as session:
        exchange = session.get_one(Exchange, key)
        order = order_by_number(session, shop.id, exchange.order_id)
    base_url = desk.settings.base_url
    return LookupAnswer(
        id=key,
        asked_at=exchange.asked_at,
        outcome=exchange.outcome,
        said_status=exchange.said_status,
        order=order_answer(order, shop.shop_id, base_url) if order else None,
        href=f"{base_url}/lookups/{key}",
    )
