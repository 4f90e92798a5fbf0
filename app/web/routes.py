"""Every address of the dashboard and who may use it. The guard enforces what stands here."""

from starlette.types import ASGIApp

from app.records.accounts import Role
from app.web.http import static
from app.web.http.routing import Mounted, Route
from app.web.pages import (
    account,
    callbacks,
    dismissals,
    downloads,
    exchanges,
    health,
    live,
    lookups,
    metrics,
    new_order,
    notifications,
    order_actions,
    order_page,
    orders,
    overview,
    payment_links,
    return_page,
    shops,
    sign_in,
    styleguide,
    verify,
)
from app.web.pages.sandbox import SandboxReset

SEND = ("POST",)
ANY = None


def routes(sandbox: ASGIApp | None) -> list[Route]:
    """The whole table. `sandbox` is None while it is off: its addresses then answer 404."""
    under_sandbox = Mounted("/sandbox", sandbox)
    sandbox_reset = SandboxReset(under_sandbox)
    return [
        # Without a sign-in. Customers come first: routes are tried in this order.
        Route(
            "/netcash/return",
            return_page.receive_callback,
            "callback-receive",
            SEND,
            role=None,
            fast=True,
        ),
        Route("/netcash/return", return_page.return_page_get, "return-page", role=None),
        Route(
            "/netcash/notify", notifications.receive_notification, "notification", SEND, role=None
        ),
        Route("/login", sign_in.show, "sign-in", role=None),
        Route("/login", sign_in.sign_in, "sign-in-send", SEND, role=None),
        Route("/login/link", sign_in.show_link, "sign-in-link", role=None),
        Route("/login/link", sign_in.use_link, "sign-in-link-send", SEND, role=None),
        Route(
            "/login/preferences", account.prefer_by_cookie, "sign-in-preferences", SEND, role=None
        ),
        Route("/static/{path:path}", static.static, "static", role=None),
        Route("/favicon.ico", static.favicon, "favicon", role=None),
        Route("/healthz", health.alive, "alive", role=None),
        Route("/readyz", health.ready, "ready", role=None),
        Route("/metrics", metrics.metrics, "metrics", role=None),
        Route("/sandbox/payment/{path:path}", under_sandbox, "sandbox-payment", ANY, role=None),
        Route("/sandbox/guide", under_sandbox, "sandbox-guide", ANY, role=None),
        Route("/sandbox/api/{path:path}", under_sandbox, "sandbox-api", ANY, role=None),
        Route("/sandbox/openapi.json", under_sandbox, "sandbox-openapi", role=None),
        Route("/pay/{key}", payment_links.pay, "pay", role=None),
        # Signed in.
        Route("/logout", sign_in.sign_out, "sign-out", SEND),
        Route("/preferences", account.prefer, "preferences", SEND),
        Route("/settings/account", account.show, "account"),
        Route("/settings/account", account.change, "account-send", SEND),
        Route("/", overview.index, "overview"),
        Route("/patterns", styleguide.styleguide, "patterns"),
        # Orders.
        Route("/orders", orders.index, "orders"),
        Route("/orders.csv", downloads.orders, "orders-csv"),
        Route("/orders", new_order.create, "orders-send", SEND, role=Role.OPERATOR),
        Route("/orders/new", new_order.new, "order-new", role=Role.OPERATOR),
        Route("/orders/new/checks", new_order.check_typed, "order-check", SEND, role=Role.OPERATOR),
        Route("/orders/{key}", order_page.show, "order"),
        Route(
            "/orders/{key}/registrations",
            order_actions.register_order,
            "register",
            SEND,
            role=Role.OPERATOR,
        ),
        Route(
            "/orders/{key}/executions",
            order_actions.execute_order,
            "execute",
            SEND,
            role=Role.OPERATOR,
        ),
        Route("/orders/{key}/launches", order_actions.launch, "launch", SEND, role=Role.OPERATOR),
        Route(
            "/orders/{key}/settlements", order_actions.settle, "settle", SEND, role=Role.OPERATOR
        ),
        Route(
            "/orders/{key}/dismissals",
            dismissals.dismiss_of_order,
            "dismiss",
            SEND,
            role=Role.OPERATOR,
        ),
        Route(
            "/orders/{key}/double-payments",
            dismissals.see_double_payment_of_order,
            "double-payment",
            SEND,
            role=Role.OPERATOR,
        ),
        Route(
            "/lost-results/dismissals",
            dismissals.dismiss_lost,
            "dismiss-lost",
            SEND,
            role=Role.OPERATOR,
        ),
        # Lookups and exchanges.
        Route("/lookups", lookups.index, "lookups"),
        Route("/lookups", lookups.ask, "lookups-send", SEND, role=Role.OPERATOR),
        Route("/lookups/{key}", lookups.show, "lookup"),
        Route("/orders/{key}/lookups", lookups.ask_for_order, "look-up", SEND, role=Role.OPERATOR),
        Route("/exchanges", exchanges.index, "exchanges"),
        Route("/exchanges/{key}", exchanges.show, "exchange"),
        # Callbacks.
        Route("/callbacks", callbacks.index, "callbacks"),
        Route("/callbacks.csv", downloads.callbacks, "callbacks-csv"),
        Route("/callbacks/{key}", callbacks.show, "callback"),
        Route("/live/callbacks", live.callbacks, "live-callbacks", stream=True),
        Route("/live/number", live.number, "live-number"),
        Route("/verify", verify.show, "verify"),
        # It computes what our password signs: whoever may ask it may forge a callback.
        Route("/verify", verify.show_verdict, "verify-send", SEND, role=Role.OPERATOR),
        # The sandbox's control panel.
        Route("/sandbox", under_sandbox, "sandbox"),
        Route("/sandbox/trades/{AccessID}", under_sandbox, "sandbox-trade"),
        Route("/sandbox/reset", sandbox_reset, "sandbox-reset", SEND, role=Role.OPERATOR),
        Route("/sandbox/hosts", under_sandbox, "sandbox-hosts", SEND, role=Role.ADMIN),
        Route("/sandbox/key", under_sandbox, "sandbox-key", SEND, role=Role.ADMIN),
        Route("/sandbox/{path:path}", under_sandbox, "sandbox-command", SEND, role=Role.OPERATOR),
        # Shops.
        Route("/settings/shops", shops.index, "shops"),
        Route("/settings/shops", shops.add, "shops-send", SEND, role=Role.ADMIN),
        Route("/settings/shops/new", shops.new, "shop-new", role=Role.ADMIN),
        Route("/settings/shops/{key}", shops.show, "shop"),
        Route("/settings/shops/{key}", shops.change, "shop-send", SEND, role=Role.ADMIN),
    ]
