"""Every address of the dashboard and the permission it needs. The guard enforces what stands here;
which role has which permission is the table of `desk.permissions`."""

from starlette.types import ASGIApp

from app.desk.permissions import Permission
from app.web.batch_routes import batch_routes
from app.web.case_routes import case_routes
from app.web.http import static
from app.web.http.routing import Mounted, Route
from app.web.pages import (
    account,
    callbacks,
    case_evidence,
    dismissals,
    downloads,
    exchanges,
    hand_on,
    health,
    imports,
    live,
    live_news,
    lookups,
    metrics,
    new_order,
    notifications,
    order_actions,
    order_link,
    order_news,
    order_page,
    orders,
    outcomes,
    overview,
    palette,
    passkeys,
    payment_links,
    return_page,
    saved_views,
    second_factor,
    sign_in,
    styleguide,
    verify,
)
from app.web.pages.api import copies, openapi, reading
from app.web.pages.api import lookups as lookups_by_machine
from app.web.sandbox_routes import sandbox_routes
from app.web.settings_routes import settings_routes

SEND = ("POST",)
ANY = None

OPEN, ENTER, OWN = Permission.OPEN, Permission.ENTER, Permission.OWN
READ, ACT = Permission.READ, Permission.ACT
JUDGE, REVEAL = Permission.JUDGE, Permission.REVEAL

FROM_GATEWAY = ("/netcash/return", "/netcash/notify")
"""What the gateway and its customers are told to come to."""


def routes(sandbox: ASGIApp | None) -> list[Route]:
    """The whole table. `sandbox` is None while it is off: its addresses then answer 404."""
    under_sandbox = Mounted("/sandbox", sandbox)
    return [
        # Without a sign-in. Customers come first: routes are tried in this order.
        Route(
            "/netcash/return",
            return_page.receive_callback,
            "callback-receive",
            SEND,
            permission=OPEN,
            fast=True,
        ),
        Route("/netcash/return", return_page.return_page_get, "return-page", permission=OPEN),
        Route("/netcash/return/{key:path}", hand_on.hand_on, "hand-on", SEND, permission=OPEN),
        Route(
            "/netcash/return/{key:path}",
            return_page.return_page_get,
            "hand-on-page",
            permission=OPEN,
        ),
        Route("/netcash/copies", copies.take, "copy", SEND, permission=OPEN),
        # Programs: a token in place of a sign-in.
        Route("/api/v1/openapi.json", openapi.show, "api-description", permission=OPEN),
        Route("/api/v1/orders", reading.orders, "api-orders", permission=OPEN),
        Route("/api/v1/orders/{ShopID}/{OrderID}", reading.order, "api-order", permission=OPEN),
        Route("/api/v1/callbacks", reading.callbacks, "api-callbacks", permission=OPEN),
        Route("/api/v1/lookups", lookups_by_machine.ask, "api-lookups", SEND, permission=OPEN),
        Route("/api/v1/{path:path}", openapi.nothing, "api-nothing", ANY, permission=OPEN),
        Route(
            "/netcash/notify",
            notifications.receive_notification,
            "notification",
            SEND,
            permission=OPEN,
        ),
        Route("/login", sign_in.show, "sign-in", permission=OPEN),
        Route("/login", sign_in.sign_in, "sign-in-send", SEND, permission=OPEN),
        Route("/login/link", sign_in.show_link, "sign-in-link", permission=OPEN),
        Route("/login/link", sign_in.use_link, "sign-in-link-send", SEND, permission=OPEN),
        Route(
            "/login/preferences",
            account.prefer_by_cookie,
            "sign-in-preferences",
            SEND,
            permission=OPEN,
        ),
        Route("/static/{path:path}", static.static, "static", permission=OPEN),
        Route("/favicon.ico", static.favicon, "favicon", permission=OPEN),
        Route("/healthz", health.alive, "alive", permission=OPEN),
        Route("/readyz", health.ready, "ready", permission=OPEN),
        Route("/metrics", metrics.metrics, "metrics", permission=OPEN),
        Route(
            "/sandbox/payment/{path:path}", under_sandbox, "sandbox-payment", ANY, permission=OPEN
        ),
        Route("/sandbox/guide", under_sandbox, "sandbox-guide", ANY, permission=OPEN),
        Route("/sandbox/api/{path:path}", under_sandbox, "sandbox-api", ANY, permission=OPEN),
        Route("/sandbox/openapi.json", under_sandbox, "sandbox-openapi", permission=OPEN),
        Route("/pay/{key}", payment_links.pay, "pay", permission=OPEN),
        Route("/signing-key", case_evidence.signing_key, "signing-key", permission=OPEN),
        # Signed in.
        Route("/login/again", second_factor.show, "again", permission=ENTER),
        Route("/login/again", second_factor.give, "again-send", SEND, permission=ENTER),
        Route(
            "/login/again/challenges", passkeys.ask_to_sign, "passkey-ask", SEND, permission=ENTER
        ),
        Route("/logout", sign_in.sign_out, "sign-out", SEND, permission=ENTER),
        Route("/preferences", account.prefer, "preferences", SEND, permission=ENTER),
        Route("/settings/account", account.show, "account", permission=OWN),
        Route("/settings/account", account.change, "account-send", SEND, permission=OWN),
        Route("/settings/account/notices", account.know, "notices-know", SEND, permission=OWN),
        Route(
            "/settings/account/second-factor",
            second_factor.change,
            "second-factor",
            SEND,
            permission=OWN,
        ),
        Route(
            "/settings/account/sign-ins/ends",
            account.end_others,
            "sign-ins-end",
            SEND,
            permission=OWN,
        ),
        Route(
            "/settings/account/sign-ins/{key}/ends",
            account.end_one,
            "sign-in-end",
            SEND,
            permission=OWN,
        ),
        Route("/", overview.index, "overview", permission=READ),
        Route("/patterns", styleguide.styleguide, "patterns", permission=Permission.MANAGE_SHOPS),
        Route("/outcomes", outcomes.show, "outcomes", permission=READ),
        Route("/palette", palette.show, "palette", permission=READ),
        # Orders.
        Route("/orders", orders.index, "orders", permission=READ),
        Route("/orders.csv", downloads.orders, "orders-csv", permission=READ),
        Route("/orders", new_order.create, "orders-send", SEND, permission=ACT),
        Route("/orders/new", new_order.new, "order-new", permission=ACT),
        Route("/orders/new/checks", new_order.check_typed, "order-check", SEND, permission=ACT),
        Route("/live/orders", order_news.news, "live-orders", by_itself=True, permission=READ),
        Route("/orders/{key}", order_page.show, "order", permission=READ),
        Route("/o/{OrderID}", order_link.follow, "order-link", permission=READ),
        Route(
            "/orders/{key}/registrations",
            order_actions.register_order,
            "register",
            SEND,
            permission=ACT,
        ),
        Route(
            "/orders/{key}/executions",
            order_actions.execute_order,
            "execute",
            SEND,
            permission=ACT,
        ),
        Route("/orders/{key}/launches", order_actions.launch, "launch", SEND, permission=ACT),
        Route("/orders/{key}/settlements", order_actions.settle, "settle", SEND, permission=ACT),
        Route(
            "/orders/{key}/dismissals",
            dismissals.dismiss_of_order,
            "dismiss",
            SEND,
            permission=ACT,
        ),
        Route(
            "/orders/{key}/double-payments",
            dismissals.see_double_payment_of_order,
            "double-payment",
            SEND,
            permission=ACT,
        ),
        Route(
            "/lost-results/dismissals",
            dismissals.dismiss_lost,
            "dismiss-lost",
            SEND,
            permission=ACT,
        ),
        Route(
            "/unproven-copies/dismissals",
            dismissals.dismiss_unproven_copies,
            "dismiss-copies",
            SEND,
            permission=ACT,
        ),
        Route(
            "/bursts/dismissals",
            dismissals.dismiss_burst_seen,
            "dismiss-burst",
            SEND,
            permission=Permission.READ_AUDIT,
        ),
        Route("/views", saved_views.save, "view-save", SEND, permission=OWN),
        Route("/views/{key}/removals", saved_views.remove, "view-remove", SEND, permission=OWN),
        # Lookups and exchanges.
        Route("/lookups", lookups.index, "lookups", permission=READ),
        Route("/lookups", lookups.ask, "lookups-send", SEND, permission=ACT),
        *batch_routes(),
        Route("/lookups/{key}", lookups.show, "lookup", permission=READ),
        Route("/orders/{key}/lookups", lookups.ask_for_order, "look-up", SEND, permission=ACT),
        Route("/exchanges", exchanges.index, "exchanges", permission=READ),
        Route("/exchanges/{key}", exchanges.show, "exchange", permission=READ),
        # Callbacks.
        Route("/callbacks", callbacks.index, "callbacks", permission=READ),
        Route("/callbacks.csv", downloads.callbacks, "callbacks-csv", permission=READ),
        Route("/callbacks/{key}", callbacks.show, "callback", permission=READ),
        Route("/callbacks/{key}/judgements", callbacks.judge, "judge", SEND, permission=JUDGE),
        Route(
            "/callbacks/{key}/signatures",
            callbacks.reveal_signature,
            "signature-reveal",
            SEND,
            permission=REVEAL,
        ),
        Route("/live/callbacks", live.callbacks, "live-callbacks", stream=True, permission=READ),
        Route("/live/news", live_news.said, "live-news", SEND, by_itself=True, permission=OWN),
        Route("/live/number", live.number, "live-number", by_itself=True, permission=READ),
        Route("/verify", verify.show, "verify", permission=READ),
        # Results out of files.
        Route("/imports", imports.index, "imports", permission=READ),
        Route("/imports", imports.begin, "imports-send", SEND, permission=JUDGE),
        Route("/imports/book", imports.take_list, "book-send", SEND, permission=ACT),
        Route("/imports/{key}", imports.show, "import", permission=READ),
        Route("/imports/{key}/keepings", imports.keep_all, "import-keep", SEND, permission=JUDGE),
        # It computes what our password signs: whoever may ask it may forge a callback.
        Route("/verify", verify.show_verdict, "verify-send", SEND, permission=JUDGE),
        Route(
            "/verify/signatures",
            verify.reveal_signature,
            "verify-reveal",
            SEND,
            permission=REVEAL,
        ),
        *case_routes(),
        *sandbox_routes(under_sandbox),
        *settings_routes(),
    ]
