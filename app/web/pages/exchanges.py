"""Every request to the gateway with its answer: the list, and one exchange with its proof."""

from typing import Any

from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.desk.gateway_calls.send import Outcome
from app.desk.orders.search import tidy
from app.protocol.messages import Call
from app.records.accounts import User
from app.records.erasures import erasure_behind
from app.records.exchanges import (
    WAITING,
    Exchange,
    ExchangeFilter,
    exchanges_page,
    number_of_exchanges,
)
from app.records.orders import Order
from app.records.saved_views import ListName
from app.records.shops import Shop
from app.web.http.paging import neighbours, place_of
from app.web.http.requests import desk_of, environment_of
from app.web.pages.evidence import evidence_of
from app.web.pages.filter_reader import COUNTED, FilterReader, reader_context
from app.web.pages.saved_views import views_context
from app.web.presentation.templates import page

CALLS = (Call.ENTRY, Call.EXEC, Call.SEARCH)
"""The calls we make ourselves; the customer's browser makes the fourth."""
OUTCOMES = (WAITING, *Outcome)


def index(request: Request) -> Response:
    """GET /exchanges: newest first, by OrderID or its beginning, call and outcome."""
    wanted, reader = _wanted(request)
    with desk_of(request).database.reading() as session:
        listed = exchanges_page(session, wanted, place_of(request))
        number = number_of_exchanges(session, wanted, COUNTED)
        views = views_context(session, request, ListName.EXCHANGES)
    context = {
        **reader_context(request, reader),
        **views,
        "wanted": wanted,
        "number_listed": number,
        "most_counted": COUNTED,
        "exchanges": listed.rows,
        "calls": CALLS,
        "outcomes": OUTCOMES,
        "filtered": wanted != ExchangeFilter(wanted.environment),
    }
    return page(request, "exchanges/index.html", context | neighbours(request, listed))


def show(request: Request) -> Response:
    """GET /exchanges/{key}: one exchange, whole. Asked for by htmx while it waits: its body."""
    with desk_of(request).database.reading() as session:
        exchange = exchange_or_404(session, request.path_params["key"])
        context = exchange_context(session, exchange)
    return page(request, "exchanges/show.html", context, fragment="exchanges/_body.html")


def exchange_or_404(session: Session, key: str) -> Exchange:
    """The exchange with this key."""
    exchange = session.get(Exchange, key)
    if exchange is None:
        raise HTTPException(404)
    return exchange


def exchange_context(session: Session, exchange: Exchange) -> dict[str, Any]:
    """What every page of one exchange shows: who, when, and the proof."""
    order = session.get(Order, exchange.order_key) if exchange.order_key else None
    return {
        "exchange": exchange,
        "environment": exchange.environment,
        "shop": session.get_one(Shop, exchange.shop_key),
        "order": order,
        "erasure": erasure_behind(session, exchange.id, order),
        "asker": session.get(User, exchange.asked_by) if exchange.asked_by else None,
        "proof": evidence_of(exchange),
    }


def _wanted(request: Request) -> tuple[ExchangeFilter, FilterReader]:
    """Which exchanges the address asks for, and what of it was understood."""
    reader = FilterReader(request.query_params)
    reader.only("env", "q", "call", "outcome", "from", "to", "before", "after")
    wanted = ExchangeFilter(
        environment=environment_of(request),
        text=tidy(request.query_params.get("q", "")),
        call=reader.choice("call", CALLS),
        outcome=reader.choice("outcome", OUTCOMES),
        asked_from=reader.beginning("from"),
        asked_to=reader.end("to"),
    )
    return wanted, reader
