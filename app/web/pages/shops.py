"""Shops: the contracts with the gateway. Everybody looks, an admin changes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.permissions import Permission
from app.desk.shops.shops import Changed, ShopRefused, add_shop, change_shop, shop_of
from app.desk.shops.validation import GATEWAYS, ShopDraft
from app.protocol.words import N_, Words
from app.records.accounts import User
from app.records.exchanges import Exchange
from app.records.gateway_proposals import proposal_of
from app.records.shops import Confirmation, Environment, Shop, all_shops
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form, user_of
from app.web.http.services import services_of
from app.web.pages.return_page import RETURN_PATH
from app.web.pages.shop_connection import WORDS, judged
from app.web.presentation.templates import page

ADDRESS = "/settings/shops"
SAVED = ("success", N_("The shop is saved."))
FIELDS = (
    "environment",
    "ShopID",
    "ShopPass",
    "name",
    "gateway_url",
    "order_prefix",
    "confirmation",
    "HandOnTo",
)


def index(request: Request) -> Response:
    """GET /settings/shops: the shops of every environment, the sandbox's first."""
    offered = request.state.environments
    with desk_of(request).database.reading() as session:
        known = all_shops(session)
    shops = [shop for one in offered for shop in known if shop.environment == one]
    real = any(shop.environment in GATEWAYS for shop in shops)
    context = {"shops": shops, "real": real, "may_change": _may_change(request)}
    return page(request, "settings/shops.html", context)


def new(request: Request) -> Response:
    """GET /settings/shops/new: the form, for the environment one is in where that can be."""
    here = environment_of(request)
    draft = ShopDraft(here if here in GATEWAYS else Environment.TEST, "", "", "")
    return _new_form(request, draft, {})


async def add(request: Request) -> Response:
    """POST /settings/shops."""
    draft = await _draft(request)
    try:
        changed = await run_in_threadpool(add_shop, desk_of(request), actor_of(request), draft)
    except ShopRefused as refused:
        return await run_in_threadpool(_new_form, request, draft, refused.problems, 422)
    return _saved(changed)


def show(request: Request) -> Response:
    """GET /settings/shops/{key}: the shop, as a form for an admin."""
    shop = _shop(request)
    messages = [SAVED] if "saved" in request.query_params else []
    return _shop_page(request, shop, asdict(_draft_of(shop)), {}, messages=messages)


async def change(request: Request) -> Response:
    """POST /settings/shops/{key}. An empty ShopPass keeps the present one."""
    shop = await run_in_threadpool(_shop, request)
    # What a form leaves out stays as it is; what it has empty becomes empty.
    draft = await _draft(request, _draft_of(shop))
    try:
        changed = await run_in_threadpool(
            change_shop, desk_of(request), actor_of(request), shop.id, draft
        )
    except ShopRefused as refused:
        return await run_in_threadpool(
            _shop_page, request, shop, asdict(draft), refused.problems, 422
        )
    # The next customer is sent by what was just saved, even should the database go away now.
    await services_of(request).hand_ons.load()
    return _saved(changed)


def _shop(request: Request) -> Shop:
    desk = desk_of(request)
    with desk.database.reading() as session:
        shop = shop_of(session, desk, request.path_params["key"])
    if shop is None:
        raise HTTPException(404)
    return shop


async def _draft(request: Request, known: ShopDraft | None = None) -> ShopDraft:
    form = await read_form(request)
    before = asdict(known) if known else {}
    return ShopDraft(**{name: form.get(name, before.get(name, "")) for name in FIELDS})


def _draft_of(shop: Shop) -> ShopDraft:
    """A stored shop as its form shows it: without the password, as ever."""
    address = shop.gateway_url or ""
    return ShopDraft(
        shop.environment,
        shop.shop_id,
        "",
        shop.name,
        address,
        shop.order_prefix,
        shop.confirmation,
        shop.hand_on_to or "",
    )


def _saved(changed: Changed) -> Response:
    rejudged = f"&rejudged={changed.rejudged}" if changed.rejudged else ""
    return RedirectResponse(f"{ADDRESS}/{changed.shop.id}?saved{rejudged}", 303)


def _new_form(
    request: Request, draft: ShopDraft, errors: Mapping[str, Words], status: int = 200
) -> Response:
    context = {
        "typed": asdict(draft),
        "errors": errors,
        "gateways": GATEWAYS,
        "policies": list(Confirmation),
    }
    return page(request, "settings/shop_new.html", context, status)


def _shop_page(
    request: Request,
    shop: Shop,
    typed: Mapping[str, Any],
    errors: Mapping[str, Words],
    status: int = 200,
    messages: list[tuple[str, str]] | None = None,
) -> Response:
    context = {
        "shop": shop,
        "typed": typed,
        "errors": errors,
        "environment": shop.environment,
        "may_change": _may_change(request),
        "policies": list(Confirmation),
        "usual_gateway": GATEWAYS.get(shop.environment, ""),
        "rejudged": _count(request),
        "hand_on": _hand_on_address(request, shop),
        "timings": services_of(request).hand_ons.timings(shop.id),
        "messages": messages or (),
        **_tested(request, shop),
        **_proposed(request, shop),
    }
    return page(request, "settings/shop.html", context, status)


def _tested(request: Request, shop: Shop) -> dict[str, Any]:
    """What came of the test of its connection that the address names."""
    with desk_of(request).database.reading() as session:
        exchange = session.get(Exchange, request.query_params.get("tested", ""))
    if exchange is None or exchange.shop_key != shop.id:
        return {"tested": None, "connection": None}
    return {"tested": exchange, "connection": WORDS[judged(exchange)]}


def _proposed(request: Request, shop: Shop) -> dict[str, Any]:
    """A new address that waits for approval, and who has proposed it."""
    with desk_of(request).database.reading() as session:
        proposal = proposal_of(session, shop.id)
        proposer = session.get(User, proposal.proposed_by) if proposal else None
    return {
        "proposal": proposal,
        "proposer": proposer.email if proposer else "",
        "mine": proposer is not None and proposer.id == user_of(request).id,
        "other": "other" in request.query_params,
    }


def _hand_on_address(request: Request, shop: Shop) -> str | None:
    """The shop's RetURL with us; None where its results end here."""
    if not (shop.hand_on_to and shop.hand_on_key):
        return None
    return f"{desk_of(request).settings.base_url}{RETURN_PATH}/{shop.hand_on_key}"


def _count(request: Request) -> int:
    text = request.query_params.get("rejudged", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _may_change(request: Request) -> bool:
    return may(request, Permission.MANAGE_SHOPS)
