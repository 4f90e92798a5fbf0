"""Orders: the list with its search. One order is in `order_page`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.actions.disputes import conflicts_standing
from app.desk.orders.attention import kinds_of, number_of_entries
from app.desk.permissions import Permission
from app.desk.status.unproven import quiet_since
from app.protocol.statuses import Status
from app.protocol.text import to_half_width
from app.protocol.wire import JST
from app.records.order_lists import OrderFilter, any_order, orders_named, orders_page
from app.records.orders import STATUS_GROUPS, UNKNOWN, Order
from app.records.paging import Page
from app.records.shops import Shop, all_shops
from app.web.http.attention import lost_in
from app.web.http.paging import neighbours, place_of
from app.web.http.requests import desk_of, environment_of, may
from app.web.presentation.templates import page

ATTENTION = "attention"
STATUSES = (*Status, UNKNOWN)
CHOICES = {ATTENTION, *STATUS_GROUPS, *STATUSES}
"""What the status filter takes: one status, several under one name, or what needs a person."""


@dataclass(frozen=True)
class Asked:
    """The filters as the address names them. `day` and `until` are days in Japan, both included."""

    text: str
    status: str
    day: date | None
    until: date | None

    @property
    def filtered(self) -> bool:
        """Whether the list may leave anything out."""
        return bool(self.text or self.status or self.day or self.until)


def index(request: Request) -> Response:
    """GET /orders: newest first. `q` is an OrderID, its beginning, or an AccessID.

    A single exact hit leads to the order itself.
    """
    asked = _asked(request)
    environment, at = environment_of(request), now()
    with desk_of(request).database.reading() as session:
        named = orders_named(session, asked.text) if asked.text else ()
        here = [order for order in named if order.environment == environment]
        if len(here) == 1:
            return RedirectResponse(f"/orders/{here[0].id}", 303)
        listed = orders_page(session, _filter(request, asked, at), place_of(request))
        context = _list_context(session, request, asked, listed)
        context |= _attention_context(session, request, asked, listed, at)
    others = [one for one in request.state.environments if one != environment]
    context["elsewhere"] = [order for order in named if order.environment in others]
    return page(request, "orders/index.html", context)


def _list_context(
    session: Session, request: Request, asked: Asked, listed: Page[Order]
) -> dict[str, Any]:
    shops = {shop.id: shop for shop in all_shops(session)}
    return {
        "asked": asked,
        "q": asked.text,
        "orders": listed.rows,
        "disputes": conflicts_standing(session, listed.rows),
        "statuses": STATUSES,
        "shops": shops,
        "several_shops": _several(listed.rows, shops),
        "may_act": may(request, Permission.ACT, environment_of(request)),
        "began": bool(listed.rows) or any_order(session, environment_of(request)),
        **neighbours(request, listed),
    }


def _attention_context(
    session: Session, request: Request, asked: Asked, listed: Page[Order], at: datetime
) -> dict[str, Any]:
    """Why each of these orders needs a person; and of the list of all that do, its number."""
    kinds = kinds_of(listed.rows, at)
    if asked.status != ATTENTION:
        return {"kinds": kinds, "needed": None, "lost": None}
    lost = lost_in(request, session)
    needed = number_of_entries(session, environment_of(request), at, lost)
    # Of no order, so it stands where nothing is left out.
    is_whole = not (asked.text or asked.day or asked.until or place_of(request).before)
    return {
        "kinds": kinds,
        "needed": needed,
        "lost": lost if is_whole and lost.number else None,
        # One page, one number.
        "count_attention": lambda _: needed,
    }


def _several(orders: Sequence[Order], shops: dict[str, Shop]) -> bool:
    """Whether it has to be said whose order each is: the environment has more than one shop."""
    if not orders:
        return False
    return sum(shop.environment == orders[0].environment for shop in shops.values()) > 1


def _asked(request: Request) -> Asked:
    query = request.query_params
    status = query.get("status", "")
    return Asked(
        text=to_half_width(query.get("q", "").strip()),
        status=status if status in CHOICES else "",
        day=_date(query.get("from", "")),
        until=_date(query.get("to", "")),
    )


def _filter(request: Request, asked: Asked, at: datetime) -> OrderFilter:
    return OrderFilter(
        environment_of(request),
        text=asked.text,
        status="" if asked.status == ATTENTION else asked.status,
        attention=quiet_since(at) if asked.status == ATTENTION else None,
        made_from=_midnight(asked.day) if asked.day else None,
        made_to=_midnight(asked.until + timedelta(days=1)) if asked.until else None,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    """The moment at which a day begins in Japan."""
    return datetime.combine(day, time(), JST).astimezone(UTC)
