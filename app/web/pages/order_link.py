"""/o/{OrderID}: a link that anybody can write who knows the number alone."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.records.order_lists import orders_named
from app.records.shops import Shop
from app.web.http.requests import desk_of
from app.web.presentation.templates import page


def follow(request: Request) -> Response:
    """GET /o/{OrderID}: to the order, whichever environment has it; a choice where several do.

    Where none has it, the search says what it finds instead.
    """
    number = request.path_params["OrderID"]
    with desk_of(request).database.reading() as session:
        named = orders_named(session, number)
        offered = [one for one in named if one.environment in request.state.environments]
        shops = {one.shop_key: session.get_one(Shop, one.shop_key) for one in offered}
    if not offered:
        return RedirectResponse(f"/orders?q={quote(number, safe='')}", 303)
    if len(offered) == 1:
        return RedirectResponse(f"/orders/{offered[0].id}", 303)
    return page(
        request, "orders/choice.html", {"number": number, "orders": offered, "shops": shops}
    )
