"""The pages about a client under test: what it sent, how ready it is, what its RetURL takes."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from app.protocol.fields import ORDER_ID, RET_URL_LENGTH
from app.protocol.wire import encode_form
from app.sandbox import addresses, checker, journal, readiness, shops
from app.sandbox.deliveries import DELIVERIES, Pairs
from app.sandbox.dials import moment
from app.sandbox.operator_pages import own_page
from app.sandbox.pages import customer_page
from app.sandbox.readiness import State
from app.sandbox.results import can_be_reached
from app.sandbox.sandbox import Sandbox, sandbox_of
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.schema import DEFAULT_SHOP_ID
from app.sandbox.sender import deliver as send
from app.sandbox.shops import Shop

REQUESTS_SHOWN = 50


async def show_client(request: Request) -> Response:
    """The last requests of a shop's client, each judged."""
    sandbox, context = sandbox_of(request), await _about_shop(request)
    return own_page(
        request,
        "client",
        {**context, "judged": await judged_requests(sandbox, context["shop"].ShopID)},
    )


async def judged_requests(sandbox: Sandbox, shop_id: str) -> list[checker.Judged]:
    """The last requests of a shop's client, the newest first."""
    limit = readiness.REQUESTS_LIMIT
    entries = await sandbox.ledger.run(journal.last_requests, shop_id, limit)
    base_host = urlsplit(sandbox.base_url).netloc if sandbox.base_url else None
    return checker.judge(entries, base_host)[:REQUESTS_SHOWN]


async def show_readiness(request: Request) -> Response:
    """The readiness sheet of a shop's client, and the checker of its receiver."""
    context = await _about_shop(request)
    lines = await sandbox_of(request).ledger.run(readiness.sheet, context["shop"].ShopID)
    counts = {state: sum(line.state is state for line in lines) for state in State}
    return own_page(
        request,
        "readiness",
        {
            **context,
            "lines": lines,
            "counts": counts,
            "states": list(State),
            "deliveries": DELIVERIES,
            "answers": request.query_params.getlist("answer"),
        },
    )


async def _about_shop(request: Request) -> dict[str, Any]:
    found = await sandbox_of(request).ledger.run(shops.all_shops)
    asked = request.query_params.get("shop", DEFAULT_SHOP_ID)
    shop = next((one for one in found if one.ShopID == asked), found[0])
    return {"shops": found, "shop": shop}


async def mark(request: Request, form: dict[str, str]) -> Response:
    """A person's word on one scenario."""
    shop = await sandbox_of(request).ledger.run(shops.one_shop, form.get("ShopID", ""))
    names, state = {one.name for one in SCENARIOS}, form.get("state", "")
    if shop is None or form.get("scenario") not in names or state not in set(State):
        return PlainTextResponse("Unknown shop, scenario or state.", 422)
    await sandbox_of(request).ledger.run(
        readiness.judge_by_hand, shop.ShopID, form["scenario"], State(state)
    )
    return _back(request, shop, [])


async def deliver(request: Request, form: dict[str, str]) -> Response:
    """Results for a merchant's RetURL: through this browser, or from this server."""
    sandbox = sandbox_of(request)
    shop = await sandbox.ledger.run(shops.one_shop, form.get("ShopID", ""))
    kind = DELIVERIES.get(form.get("kind", ""))
    order_id, ret_url = form.get("OrderID", ""), form.get("RetURL", "").strip()
    if shop is None or kind is None or not order_id or ORDER_ID.problems(order_id):
        return PlainTextResponse("Unknown shop, kind or OrderID.", 422)
    if len(ret_url) > RET_URL_LENGTH or not can_be_reached(ret_url):
        return PlainTextResponse("RetURL is not a web address.", 422)
    now = moment(await sandbox.ledger.run(sandbox.rules.dials.now))
    results = kind.results(shop, order_id, now)
    if form.get("way") != "server":
        return customer_page(
            request, "deliver", {"deliveries": results, "ret_url": ret_url, "delay": 0}
        )
    return _back(request, shop, await send_all(sandbox, ret_url, results))


async def send_all(sandbox: Sandbox, ret_url: str, results: list[Pairs]) -> list[str]:
    """Send results from server to server, one after the other; what came back for each."""
    return [await send(sandbox, ret_url, encode_form(pairs)) for pairs in results]


def _back(request: Request, shop: Shop, answers: list[str]) -> Response:
    query = [("page", "readiness"), ("shop", shop.ShopID)]
    query += [("answer", answer) for answer in answers]
    return RedirectResponse(f"{addresses.inside(request, '/guide')}?{urlencode(query)}", 303)
