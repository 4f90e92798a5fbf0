"""Orders and callbacks as programs read them: the filters of the lists, a cursor, an ETag."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from app.protocol.checkstring import Verdict
from app.protocol.words import Words, say
from app.records.callback_lists import callbacks_page
from app.records.callbacks import Callback
from app.records.order_lists import not_filed_beginning, orders_page
from app.records.orders import Order, order_by_number
from app.records.paging import Place
from app.records.shops import Environment, Shop
from app.records.tokens import Scope
from app.web.http.bearer import token_for
from app.web.http.environments import offered
from app.web.http.problems import Problem
from app.web.http.requests import desk_of
from app.web.pages.api.answers import read
from app.web.pages.api.models import CallbackAnswer, CallbackPage, OrderAnswer, OrderPage
from app.web.pages.callbacks import read_callback_filter
from app.web.pages.order_filters import Asked, read_filters

CURSORS = ("cursor", "next")
"""Names under which an address takes the cursor of a page; the second is how it is answered."""

LIMIT = "limit"
LIMIT_MOST = 200
LIMIT_USUAL = 50

UNNAMED = (Environment.SANDBOX, Environment.PRODUCTION, Environment.TEST)
"""What a program that names no environment means: the sandbox while it is on, as the pages do; in
earnest production, as soon as it has a shop."""


async def orders(request: Request) -> Response:
    """GET /api/v1/orders: the filters of /orders."""
    await token_for(request, Scope.READ)
    return await run_in_threadpool(_orders, request)


async def order(request: Request) -> Response:
    """GET /api/v1/orders/{ShopID}/{OrderID}."""
    await token_for(request, Scope.READ)
    return await run_in_threadpool(_order, request)


async def callbacks(request: Request) -> Response:
    """GET /api/v1/callbacks: the filters of /callbacks."""
    await token_for(request, Scope.READ)
    return await run_in_threadpool(_callbacks, request)


def _orders(request: Request) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        shops = desk.settings.our_shops.all(session)
        environment = _environment(request, shops)
        asked = read_filters(_filters(request), environment, shops)
        _refuse(asked.problems)
        place, size = _place(request), _limit(request)
        listed = orders_page(session, asked.wanted, place, size)
        rows = [*_just_made(session, asked, place, {one.id for one in listed.rows}), *listed.rows]
    shop_ids = {shop.id: shop.shop_id for shop in shops}
    base_url = desk.settings.base_url
    answer = OrderPage(
        orders=[order_answer(one, shop_ids[one.shop_key], base_url) for one in rows],
        next=listed.rows[-1].id if listed.older and listed.rows else None,
    )
    return read(request, answer)


def _just_made(
    session: Session, asked: Asked, place: Place, listed: Collection[str]
) -> Sequence[Order]:
    """Orders whose number begins as asked for, and which the search does not know yet."""
    typed = asked.question.typed
    if not typed or asked.typed or asked.question.only or place.before:
        return ()
    found = not_filed_beginning(session, asked.wanted.environment, typed)
    return [one for one in found if one.id not in listed]


def _order(request: Request) -> Response:
    desk, named = desk_of(request), request.path_params
    with desk.database.reading() as session:
        shop = desk.settings.our_shops.named(session, [named["ShopID"]]).get(named["ShopID"])
        found = order_by_number(session, shop.id, named["OrderID"]) if shop else None
    if shop is None or found is None:
        raise Problem(404, "no-such-order", "This desk has no order with this ShopID and OrderID.")
    return read(request, order_answer(found, shop.shop_id, desk.settings.base_url))


def _callbacks(request: Request) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        shops = desk.settings.our_shops.all(session)
        environment = _environment(request, shops)
        wanted, reader = read_callback_filter(_filters(request), environment)
        _refuse(reader.problems)
        place, size = _place(request), _limit(request)
        listed = callbacks_page(session, wanted, place, size)
    base_url = desk.settings.base_url
    answer = CallbackPage(
        callbacks=[_callback_answer(one, base_url) for one in listed.rows],
        next=listed.rows[-1].id if listed.older and listed.rows else None,
    )
    return read(request, answer)


def order_answer(order: Order, shop_id: str, base_url: str) -> OrderAnswer:
    """An order as a program reads it."""
    return OrderAnswer.model_validate(
        {
            "id": order.id,
            "environment": order.environment,
            "ShopID": shop_id,
            "OrderID": order.order_id,
            "status": order.status,
            "source": order.source,
            "status_at": order.status_at,
            "money": order.money,
            "confirmed_at": order.confirmed_at,
            "conflict": order.conflict,
            "Amount": order.amount,
            "Tax": order.tax,
            "said_amount": order.said_amount,
            "said_tax": order.said_tax,
            "ClientField1": order.client_field1,
            "ClientField2": order.client_field2,
            "ClientField3": order.client_field3,
            "created_at": order.created_at,
            "href": f"{base_url}/orders/{order.id}",
        }
    )


def _callback_answer(callback: Callback, base_url: str) -> CallbackAnswer:
    return CallbackAnswer(
        id=callback.id,
        environment=callback.environment,
        received_at=callback.received_at,
        told_at=callback.told_at,
        ShopID=callback.shop_id,
        OrderID=callback.order_id,
        Status=callback.status,
        TranDate=callback.tran_date,
        verdict=Verdict(callback.verdict) if callback.verdict else None,
        tags=callback.tag_list,
        order=callback.order_key,
        href=f"{base_url}/callbacks/{callback.id}",
    )


def _environment(request: Request, shops: Collection[Shop]) -> Environment:
    asked = request.query_params.get("env", "").strip()
    if asked:
        among = offered(sandbox_on=desk_of(request).settings.sandbox_on)
        if asked not in among:
            _refuse({"env": f"One of {', '.join(among)}."})
        return Environment(asked)
    having = {shop.environment for shop in shops}
    return next((one for one in UNNAMED if one in having), Environment.PRODUCTION)


def _filters(request: Request) -> QueryParams:
    """The filters alone, as the lists read them."""
    own = (*CURSORS, LIMIT, "env")
    return QueryParams([one for one in request.query_params.multi_items() if one[0] not in own])


def _place(request: Request) -> Place:
    query = request.query_params
    return Place(before=next((query[name] for name in CURSORS if query.get(name)), ""))


def _limit(request: Request) -> int:
    text = request.query_params.get(LIMIT, "")
    if not text:
        return LIMIT_USUAL
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if not 1 <= number <= LIMIT_MOST:
        _refuse({LIMIT: f"A number from 1 to {LIMIT_MOST}."})
    return number


def _refuse(problems: Mapping[str, Words]) -> None:
    """A program that is misunderstood is not answered with something else."""
    if problems:
        errors = {name: say("en", words) for name, words in problems.items()}
        raise Problem(422, "not-understood", "Something was not understood.", {"errors": errors})
