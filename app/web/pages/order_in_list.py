"""Where an order stands in the list that its reader came from: its neighbours there.

The list is named by the page that led here (Referer, which a browser sends to its own origin), and
from then on by `list` in the address of each neighbour.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request

from app.records.order_lists import orders_page
from app.records.orders import Order
from app.records.paging import Place
from app.records.shops import all_shops
from app.web.pages.order_filters import read_filters

LONGEST = 1500
"""Characters of a list's address that are carried on: beyond it a neighbour would have too long a
one."""


class InList(NamedTuple):
    """The list's address, and those of the orders before and after this one in it."""

    address: str
    previous: str | None
    following: str | None


def place_in_list(session: Session, request: Request, order: Order) -> InList | None:
    """The order's neighbours; None where its reader came from no list."""
    query = _list_query(request)
    if query is None or len(query) > LONGEST:
        return None
    shops = [shop for shop in all_shops(session) if shop.environment == order.environment]
    wanted = read_filters(QueryParams(query), order.environment, shops).wanted

    def beside(place: Place) -> str | None:
        rows = orders_page(session, wanted, place, size=1).rows
        return f"/orders/{rows[0].id}?{urlencode({'list': query})}" if rows else None

    previous, following = beside(Place(after=order.id)), beside(Place(before=order.id))
    return InList(f"/orders?{query}", previous, following)


def _list_query(request: Request) -> str | None:
    """The query of the list, without the place of a page in it."""
    named = request.query_params.get("list")
    if named is None:
        named = _of_referer(request)
    if named is None:
        return None
    pairs = parse_qs(named).items()
    kept = [(name, value) for name, values in pairs for value in values if name not in _PLACES]
    return urlencode(kept)


_PLACES = {"before", "after", "sums", "env"}


def _of_referer(request: Request) -> str | None:
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    if parts.path == "/orders":
        return parts.query
    if parts.path.startswith("/orders/"):
        # An action on this page leads back to it.
        return parse_qs(parts.query).get("list", [None])[0]
    return None
