"""Every address of the dashboard and who may use it. The guard enforces what stands here."""

from starlette.types import ASGIApp

from app.records.accounts import Role
from app.web import (
    account,
    callbacks,
    exchanges,
    health,
    launches,
    live,
    lookups,
    notices,
    order_actions,
    order_forms,
    order_page,
    orders,
    overview,
    patterns,
    results,
    shops,
    sign_in,
    static,
    verify,
)
from app.web.lines import Line as line
from app.web.lines import Under
from app.web.sandbox import StartingOver

SEND = ("POST",)
ANY = None


def routes(sandbox: ASGIApp | None) -> list[line]:
    """The whole table. `sandbox` is None while it is off: its addresses then answer 404."""
    under_sandbox = Under("/sandbox", sandbox)
    starting_over = StartingOver(under_sandbox)
    return [
        # Without a sign-in. Customers come first: lines are tried in this order.
        line("/netcash/return", results.take, "result", SEND, may=None, express=True),
        line("/netcash/return", results.reloaded, "result-reloaded", may=None),
        line("/netcash/notify", notices.take, "notice", SEND, may=None),
        line("/login", sign_in.show, "sign-in", may=None),
        line("/login", sign_in.sign_in, "sign-in-send", SEND, may=None),
        line("/login/link", sign_in.show_link, "sign-in-link", may=None),
        line("/login/link", sign_in.use_link, "sign-in-link-send", SEND, may=None),
        line("/login/preferences", account.prefer_by_cookie, "sign-in-preferences", SEND, may=None),
        line("/static/{path:path}", static.static, "static", may=None),
        line("/favicon.ico", static.favicon, "favicon", may=None),
        line("/healthz", health.alive, "alive", may=None),
        line("/readyz", health.ready, "ready", may=None),
        line("/sandbox/payment/{path:path}", under_sandbox, "sandbox-payment", ANY, may=None),
        line("/sandbox/guide", under_sandbox, "sandbox-guide", ANY, may=None),
        line("/sandbox/api/{path:path}", under_sandbox, "sandbox-api", ANY, may=None),
        line("/sandbox/openapi.json", under_sandbox, "sandbox-openapi", may=None),
        line("/pay/{key}", launches.pay, "pay", may=None),
        # Signed in.
        line("/logout", sign_in.sign_out, "sign-out", SEND),
        line("/preferences", account.prefer, "preferences", SEND),
        line("/settings/account", account.show, "account"),
        line("/settings/account", account.change, "account-send", SEND),
        line("/", overview.index, "overview"),
        line("/patterns", patterns.patterns, "patterns"),
        # Orders.
        line("/orders", orders.index, "orders"),
        line("/orders", order_forms.create, "orders-send", SEND, may=Role.OPERATOR),
        line("/orders/new", order_forms.new, "order-new", may=Role.OPERATOR),
        line("/orders/new/checks", order_forms.check_typed, "order-check", SEND, may=Role.OPERATOR),
        line("/orders/{key}", order_page.show, "order"),
        line(
            "/orders/{key}/registrations",
            order_actions.register_order,
            "register",
            SEND,
            may=Role.OPERATOR,
        ),
        line(
            "/orders/{key}/executions",
            order_actions.execute_order,
            "execute",
            SEND,
            may=Role.OPERATOR,
        ),
        line("/orders/{key}/launches", order_actions.launch, "launch", SEND, may=Role.OPERATOR),
        line(
            "/orders/{key}/settlements",
            order_actions.settle,
            "settle",
            SEND,
            may=Role.OPERATOR,
        ),
        # Lookups and exchanges.
        line("/lookups", lookups.index, "lookups"),
        line("/lookups", lookups.ask, "lookups-send", SEND, may=Role.OPERATOR),
        line("/lookups/{key}", lookups.show, "lookup"),
        line("/orders/{key}/lookups", lookups.ask_for_order, "look-up", SEND, may=Role.OPERATOR),
        line("/exchanges", exchanges.index, "exchanges"),
        line("/exchanges/{key}", exchanges.show, "exchange"),
        # Callbacks.
        line("/callbacks", callbacks.index, "callbacks"),
        line("/callbacks/{key}", callbacks.show, "callback"),
        line("/live/callbacks", live.callbacks, "live-callbacks", stream=True),
        line("/live/number", live.number, "live-number"),
        line("/verify", verify.show, "verify"),
        # It computes what our password signs: whoever may ask it may forge a result.
        line("/verify", verify.judge, "verify-send", SEND, may=Role.OPERATOR),
        # The sandbox's control panel.
        line("/sandbox", under_sandbox, "sandbox"),
        line("/sandbox/trades/{AccessID}", under_sandbox, "sandbox-trade"),
        line("/sandbox/reset", starting_over, "sandbox-reset", SEND, may=Role.OPERATOR),
        line("/sandbox/hosts", under_sandbox, "sandbox-hosts", SEND, may=Role.ADMIN),
        line("/sandbox/key", under_sandbox, "sandbox-key", SEND, may=Role.ADMIN),
        line("/sandbox/{path:path}", under_sandbox, "sandbox-deed", SEND, may=Role.OPERATOR),
        # Shops.
        line("/settings/shops", shops.index, "shops"),
        line("/settings/shops", shops.add, "shops-send", SEND, may=Role.ADMIN),
        line("/settings/shops/new", shops.new, "shop-new", may=Role.ADMIN),
        line("/settings/shops/{key}", shops.show, "shop"),
        line("/settings/shops/{key}", shops.change, "shop-send", SEND, may=Role.ADMIN),
    ]
