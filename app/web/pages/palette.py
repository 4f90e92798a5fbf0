"""The command palette: pages, actions, orders, callbacks and exchanges by a few letters of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.orders.search import tidy, understand
from app.desk.permissions import Permission
from app.protocol.wire import JST
from app.protocol.words import LANGUAGES, N_, say
from app.records.callback_lists import CallbackFilter, callbacks_page
from app.records.callbacks import Callback
from app.records.exchanges import Exchange, ExchangeFilter, exchanges_page
from app.records.order_lists import OrderFilter, orders_named, orders_page
from app.records.orders import Order
from app.records.paging import Place
from app.records.search_fold import squeezed
from app.web.http.requests import desk_of, environment_of, may
from app.web.presentation.templates import NAV, page

ORDERS, BESIDES = 6, 3
"""How many orders are shown, and how many callbacks and exchanges each."""


class Way(NamedTuple):
    """A page or an action: its address, its name, its icon, and the key that leads there."""

    address: str
    words: str
    symbol: str
    key: str = ""
    permission: Permission = Permission.READ


ACTIONS = (
    Way("/orders/new", N_("New transaction"), "plus", "c", Permission.ACT),
    Way("/orders?status=attention", N_("Needs attention"), "alert-triangle", "a"),
    Way("/lookups", N_("Look an order up"), "world-search", "l"),
    Way("/lookups/batches", N_("Look up many"), "list"),
    Way("/lookups/disagreements", N_("Open disagreements"), "arrows-split-2"),
    Way("/verify", N_("Verify by hand"), "shield-check"),
    Way("/cases/new", N_("Open a case"), "file-text", "", Permission.INVESTIGATE),
    Way("/cases/refunds", N_("Refunds by month"), "cash"),
    Way("/orders?from=today&to=today", N_("Orders of today"), "list"),
    Way("/outcomes", N_("Outcomes by hour and by day"), "list"),
    Way("/imports", N_("Import from a file"), "file-text"),
    Way("/settings/shops/new", N_("Add a shop"), "plus", "", Permission.MANAGE_SHOPS),
    Way("/settings/users", N_("People"), "users", "", Permission.MANAGE_PEOPLE),
    Way("/settings/tokens", N_("Tokens for programs"), "lock", "", Permission.MANAGE_TOKENS),
    Way("/settings/replies", N_("Words to customers"), "send", "", Permission.WRITE_REPLIES),
    Way("/settings/notifications", N_("News"), "bell", "", Permission.OWN),
    Way("/audit", N_("Audit log"), "list", "", Permission.READ_AUDIT),
    Way("/settings/retention", N_("What is kept"), "history", "", Permission.READ_AUDIT),
    Way("/settings/account", N_("Your account"), "user"),
)


class Found(NamedTuple):
    """Records of the environment that is shown."""

    orders: Sequence[Order] = ()
    callbacks: Sequence[Callback] = ()
    exchanges: Sequence[Exchange] = ()


def show(request: Request) -> Response:
    """GET /palette: everything that `find` may mean; asked for by htmx: the list alone."""
    asked = request.query_params.get("find", "")
    typed = tidy(asked)
    found = Found()
    if typed:
        with desk_of(request).database.reading() as session:
            found = _records(session, request, typed)
    context = {"asked": asked, "ways": list(_ways(request, typed)), "found": found}
    return page(request, "palette/index.html", context, fragment="palette/_found.html")


def _ways(request: Request, typed: str) -> Iterator[Way]:
    """The pages and actions in whose name, in any language, this stands."""
    sought = squeezed(typed)
    sandbox = "sandbox" in request.state.environments
    pages = (Way(*entry) for entry in NAV if entry[0] != "/sandbox" or sandbox)
    for way in (*pages, *ACTIONS):
        names = (squeezed(say(language, way.words)) for language in LANGUAGES)
        if may(request, way.permission) and any(sought in name for name in names):
            yield way


def _records(session: Session, request: Request, typed: str) -> Found:
    environment = environment_of(request)
    named = [one for one in orders_named(session, typed) if one.environment == environment]
    words = understand(typed, now().astimezone(JST).date()).sought
    wanted = OrderFilter(environment, words=words)
    others = orders_page(session, wanted, Place(), ORDERS).rows if words else ()
    orders = {order.id: order for order in (*named, *others)}
    callbacks = callbacks_page(session, CallbackFilter(environment, typed), Place(), BESIDES)
    exchanges = exchanges_page(session, ExchangeFilter(environment, typed), Place())
    return Found([*orders.values()][:ORDERS], callbacks.rows, exchanges.rows[:BESIDES])
