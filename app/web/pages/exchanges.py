"""Every request to the gateway with its answer: the list, and one exchange with its proof."""

from dataclasses import asdict
from typing import Any

from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.desk.gateway_calls.send import Outcome
from app.protocol.messages import Call
from app.protocol.text import to_half_width
from app.records.accounts import User
from app.records.exchanges import WAITING, Exchange, ExchangeFilter, exchanges_page
from app.records.orders import Order
from app.records.shops import Shop
from app.web.http.paging import neighbours, place_of
from app.web.http.requests import desk_of, environment_of
from app.web.pages.evidence import evidence_of
from app.web.presentation.templates import page

CALLS = (Call.ENTRY, Call.EXEC, Call.SEARCH)
"""The calls we make ourselves; the customer's browser makes the fourth."""
OUTCOMES = (WAITING, *Outcome)


def index(request: Request) -> Response:
    """GET /exchanges: newest first, by OrderID or its beginning, call and outcome."""
    wanted = _wanted(request)
    with desk_of(request).database.reading() as session:
        listed = exchanges_page(session, wanted, place_of(request))
    context = asdict(wanted) | {
        "exchanges": listed.rows,
        "calls": CALLS,
        "outcomes": OUTCOMES,
        "filtered": bool(wanted.text or wanted.call or wanted.outcome),
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
    return {
        "exchange": exchange,
        "environment": exchange.environment,
        "shop": session.get_one(Shop, exchange.shop_key),
        "order": session.get(Order, exchange.order_key) if exchange.order_key else None,
        "asker": session.get(User, exchange.asked_by) if exchange.asked_by else None,
        "proof": evidence_of(exchange),
    }


def _wanted(request: Request) -> ExchangeFilter:
    query = request.query_params
    call, outcome = query.get("call", ""), query.get("outcome", "")
    return ExchangeFilter(
        environment=environment_of(request),
        text=to_half_width(query.get("q", "").strip()),
        call=call if call in CALLS else "",
        outcome=outcome if outcome in OUTCOMES else "",
    )
