"""What is new in a list of orders since its page was made: said, and shown when its reader asks."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.records.changes import orders_changed
from app.records.keys import first_key
from app.records.order_lists import number_after
from app.records.orders import Order
from app.records.paging import Page
from app.records.shops import all_shops
from app.web.http.requests import desk_of, environment_of
from app.web.pages.order_filters import Asked, read_filters
from app.web.presentation.templates import page

COUNTED = 100
"""Up to how many new orders are counted."""

CHANGES_READ = 1_000
"""Of how many changes, the latest, it is asked whether they concern an order of the page."""

_OURS = {"since", "rows", "told"}


def news_address(request: Request, listed: Page[Order], asked: Asked) -> str | None:
    """Where a page of a list asks for its news; None where it shows the past, and stands still."""
    if "before" in request.query_params or "after" in request.query_params:
        return None
    rows = f"{listed.rows[-1].id}.{listed.rows[0].id}" if listed.rows else ""
    by_time = listed.rows and not asked.question.words and asked.wanted.sort == "created"
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in _OURS]
    ours = {"env": environment_of(request), "since": first_key(now())}
    if by_time and asked.wanted.descending:
        ours["rows"] = rows
    return f"/live/orders?{urlencode([*[p for p in kept if p[0] != 'env'], *ours.items()])}"


def news(request: Request) -> Response:
    """GET /live/orders: how many orders are new and changed; 204 where that was said before."""
    query, environment = request.query_params, environment_of(request)
    since, told = query.get("since", ""), query.get("told", "0.0")
    with desk_of(request).database.reading() as session:
        shops = [shop for shop in all_shops(session) if shop.environment == environment]
        wanted = read_filters(query, environment, shops).wanted
        new = number_after(session, wanted, since, COUNTED)
        changed = _changed(session, since, query.get("rows", ""))
    if f"{new}.{changed}" == told:
        return Response(status_code=204)
    pairs = [pair for pair in query.multi_items() if pair[0] != "told"]
    context = {
        "new": new,
        "changed": changed,
        "most": new >= COUNTED,
        "address": f"/orders?{urlencode([p for p in pairs if p[0] not in _OURS])}",
        "ask": f"/live/orders?{urlencode([*pairs, ('told', f'{new}.{changed}')])}",
    }
    return page(request, "orders/_news.html", context)


def _changed(session: Session, since: str, rows: str) -> int:
    first, _, last = rows.partition(".")
    return orders_changed(session, since, first, last, CHANGES_READ) if last else 0
