"""Orders: the list with its search and its filters. One order is in `order_page`."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.actions.disputes import conflicts_standing
from app.desk.callbacks.verification import Tag
from app.desk.orders.attention import cases_needing, kinds_of, number_of_entries
from app.desk.orders.search import Meaning
from app.desk.permissions import Permission
from app.records.bursts import standing_burst
from app.records.case_lists import unfinished_by_order
from app.records.families import families_of, family_of, is_paid_twice, is_unsettled
from app.records.order_lists import (
    OrderFilter,
    SortBy,
    any_order,
    not_filed_beginning,
    orders_named,
    orders_page,
)
from app.records.order_search import number_waiting
from app.records.order_sums import COUNTED, GLANCED, order_sums
from app.records.orders import Order
from app.records.paging import Page, Place
from app.records.saved_views import ListName
from app.records.search_fold import squeezed
from app.records.shops import Environment, Shop, all_shops
from app.records.unproven_copies import standing_copy
from app.web.http.attention import approver_in, lost_in
from app.web.http.paging import address_with, csv_address, neighbours, place_of
from app.web.http.requests import desk_of, environment_of, may
from app.web.pages.order_columns import column_context, remember_columns
from app.web.pages.order_filters import STATUSES, Asked, read_filters
from app.web.pages.order_news import news_address
from app.web.pages.saved_views import views_context
from app.web.presentation.templates import page


def index(request: Request) -> Response:
    """GET /orders: newest first. `q` is whatever somebody can say of an order.

    A single exact hit leads to the order itself; one with a family is shown among it.
    """
    desk, environment = desk_of(request), environment_of(request)
    with desk.database.reading() as session:
        shops = {shop.id: shop for shop in all_shops(session)}
        asked = read_filters(request.query_params, environment, shops.values())
        listed = orders_page(session, asked.wanted, place_of(request))
        named = _named(session, asked)
        exact = _exact(asked, [one for one in named if one.environment == environment], listed)
        family = family_of(session, exact) if exact else ()
        if exact and not family:
            return RedirectResponse(f"/orders/{exact.id}", 303)
        context = _list_context(session, request, asked, listed, shops)
        context |= _found_context(session, request, asked, named)
        context |= _attention_context(session, request, asked, listed)
    context |= {"family": family, "exact": exact}
    context |= {"twice": is_paid_twice(family), "unsettled": is_unsettled(family)}
    response = page(request, "orders/index.html", context)
    remember_columns(request, response)
    return response


def _named(session: Session, asked: Asked) -> Sequence[Order]:
    """The orders of every environment of which exactly the number, or the AccessID, was typed."""
    typed = asked.question.typed
    if not typed or asked.question.only:
        return ()
    # An AccessID is in small letters, however it was read out.
    return orders_named(session, typed) or orders_named(session, typed.lower())


def _exact(asked: Asked, here: Sequence[Order], listed: Page[Order]) -> Order | None:
    """The one order that was named; its capital and small letters may be wrong."""
    if not here and len(asked.question.words) == 1 and not asked.question.only:
        text = asked.question.words[0].sought.text
        here = [order for order in listed.rows if squeezed(order.order_id) == text]
    return here[0] if len(here) == 1 else None


def _list_context(
    session: Session,
    request: Request,
    asked: Asked,
    listed: Page[Order],
    shops: Mapping[str, Shop],
) -> dict[str, Any]:
    environment = environment_of(request)
    shops_here = [shop for shop in shops.values() if shop.environment == environment]
    families = families_of(session, listed.rows)
    counted = COUNTED if asked.filtered else GLANCED
    return {
        "asked": asked,
        "q": request.query_params.get("q", ""),
        "orders": listed.rows,
        "disputes": conflicts_standing(session, listed.rows),
        "families": families,
        "cases": unfinished_by_order(session, [order.id for order in listed.rows]),
        "paid_twice": {key for key, family in families.items() if is_paid_twice(family)},
        "sums": order_sums(
            session, asked.wanted, None if request.query_params.get("sums") == "all" else counted
        ),
        "statuses": STATUSES,
        "tags": list(Tag),
        "sorts": list(SortBy),
        "shops": shops,
        "shops_here": shops_here,
        "may_act": may(request, Permission.ACT, environment),
        "began": bool(listed.rows) or any_order(session, environment),
        "with_": lambda **values: address_with(request, **values),
        "csv": csv_address(request),
        "typed": asked.typed,
        "days": asked.days,
        "ask": news_address(request, listed, asked),
        **column_context(session, request, listed.rows, several_shops=len(shops_here) > 1),
        **views_context(session, request, ListName.ORDERS),
        **neighbours(request, listed),
    }


def _attention_context(
    session: Session, request: Request, asked: Asked, listed: Page[Order]
) -> dict[str, Any]:
    """Why each of these orders needs a person; and of the list of all that do, its number."""
    kinds = kinds_of(listed.rows, asked.at)
    if not asked.wanted.attention:
        nothing = dict.fromkeys(("needed", "lost", "burst", "unproven_copy"))
        return nothing | {"kinds": kinds, "needing_cases": ()}
    lost = lost_in(request, session)
    environment = environment_of(request)
    approver = approver_in(request, environment)
    needed = number_of_entries(session, environment, asked.at, lost, approver)
    # Of no order, so it stands where nothing is left out.
    is_whole = [*asked.typed] == ["status"] and not (
        asked.question.words or place_of(request).before
    )
    return {
        "kinds": kinds,
        "needed": needed,
        "lost": lost if is_whole and lost.number else None,
        "burst": standing_burst(session) if is_whole else None,
        "unproven_copy": standing_copy(session) if is_whole else None,
        "needing_cases": cases_needing(session, environment, asked.at, approver)
        if is_whole
        else (),
        # One page, one number.
        "count_attention": lambda _: needed,
    }


def _found_context(
    session: Session, request: Request, asked: Asked, named: Sequence[Order]
) -> dict[str, Any]:
    """What else a search has to say: other readings, and hits in other environments."""
    environment = environment_of(request)
    others = [one for one in request.state.environments if one != environment]
    return {
        "elsewhere": [order for order in named if order.environment in others],
        "hits_in": _hits_in(session, others, asked),
        "meanings": [way for way in Meaning if way in asked.question.offered],
        **_not_filed_context(session, request, asked),
    }


def _not_filed_context(session: Session, request: Request, asked: Asked) -> dict[str, Any]:
    """How many orders the search does not know yet, and those of them that have such a number."""
    waiting = number_waiting(session, COUNTED) if asked.question.words else 0
    if not waiting or len(asked.question.words) > 1 or asked.question.only:
        return {"waiting": waiting, "not_filed": []}
    typed = asked.question.typed
    beginnings = dict.fromkeys((typed, typed.upper(), typed.lower()))
    found = (not_filed_beginning(session, environment_of(request), one) for one in beginnings)
    return {"waiting": waiting, "not_filed": list(chain.from_iterable(found))}


def _hits_in(
    session: Session, environments: Sequence[Environment], asked: Asked
) -> Sequence[Environment]:
    """In which other environments the same words are found; asked only of words."""
    words = asked.question.sought
    if not words:
        return ()
    return [
        one
        for one in environments
        if orders_page(session, OrderFilter(one, words=words), Place(), size=1).rows
    ]
