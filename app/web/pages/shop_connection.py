"""Testing a shop's connection: one lookup of an order that cannot exist, judged by its error."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.context import NoGateway
from app.desk.gateway_calls.lookups import look_up
from app.desk.gateway_calls.send import Outcome
from app.desk.shops.shops import shop_of
from app.protocol.words import N_
from app.records.exchanges import WAITING, Exchange
from app.records.shops import Shop
from app.web.http.requests import actor_of, desk_of

NOT_REGISTERED = "M01004002"
"""What a gateway says of a number that it does not know: it has let us in to look."""


class Connection(StrEnum):
    """What came of a test."""

    GOOD = "good"
    REFUSED = "refused"
    WAITING = "waiting"
    FAILED = "failed"


WORDS: Mapping[Connection, tuple[str, str]] = {
    Connection.GOOD: (
        "success",
        N_("The connection works: the gateway took ShopID and ShopPass, and answered."),
    ),
    Connection.REFUSED: (
        "warning",
        N_("The gateway answers, but refuses this shop: look at ShopID and ShopPass."),
    ),
    Connection.WAITING: (
        "info",
        N_("The gateway has not answered yet. The exchange shows its answer once it comes."),
    ),
    Connection.FAILED: (
        "warning",
        N_("No usable answer came: look at the gateway's address and at the network."),
    ),
}


async def test(request: Request) -> Response:
    """POST /settings/shops/{key}/connections: ask, wait a moment, go back to the shop."""
    desk = desk_of(request)
    shop = await run_in_threadpool(_shop, request)
    back = f"/settings/shops/{shop.id}"
    number = f"connection-test-{now():%y%m%d%H%M%S}"[:27]
    try:
        key, task = await look_up(desk, actor_of(request), shop, number)
    except NoGateway:
        return RedirectResponse(back, 303)
    await desk.tasks.wait_briefly(task, 5)
    return RedirectResponse(f"{back}?tested={key}", 303)


def judged(exchange: Exchange) -> Connection:
    """What the answer to such a lookup says about the connection."""
    if exchange.outcome == WAITING:
        return Connection.WAITING
    if exchange.outcome == Outcome.PROTOCOL_ERROR:
        right = NOT_REGISTERED in exchange.error_codes
        return Connection.GOOD if right else Connection.REFUSED
    return Connection.GOOD if exchange.outcome == Outcome.ANSWERED else Connection.FAILED


def _shop(request: Request) -> Shop:
    desk = desk_of(request)
    with desk.database.reading() as session:
        shop = shop_of(session, desk, request.path_params["key"])
    if shop is None:
        raise HTTPException(404)
    return shop
