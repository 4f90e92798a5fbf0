"""The addresses of the sandbox's control panel: a part of the routes table."""

from app.desk.permissions import Permission
from app.web.http.routing import Mounted, Route
from app.web.pages.sandbox import SandboxReset

SEND = ("POST",)
READ = Permission.READ
RUN_SANDBOX, RULE_SANDBOX = Permission.RUN_SANDBOX, Permission.RULE_SANDBOX


def sandbox_routes(under_sandbox: Mounted) -> list[Route]:
    """All of them, in the order in which they are tried. `under_sandbox` answers with its pages."""
    sandbox_reset = SandboxReset(under_sandbox)
    return [
        Route("/sandbox", under_sandbox, "sandbox", permission=READ),
        Route("/sandbox/readiness", under_sandbox, "sandbox-sheet", permission=RUN_SANDBOX),
        Route("/sandbox/trades/{AccessID}", under_sandbox, "sandbox-trade", permission=READ),
        Route("/sandbox/reset", sandbox_reset, "sandbox-reset", SEND, permission=RUN_SANDBOX),
        Route("/sandbox/hosts", under_sandbox, "sandbox-hosts", SEND, permission=RULE_SANDBOX),
        Route("/sandbox/key", under_sandbox, "sandbox-key", SEND, permission=RULE_SANDBOX),
        Route("/sandbox/clock", under_sandbox, "sandbox-clock", SEND, permission=RUN_SANDBOX),
        Route("/sandbox/faults", under_sandbox, "sandbox-fault", SEND, permission=RUN_SANDBOX),
        Route(
            "/sandbox/faults/forget",
            under_sandbox,
            "sandbox-faults-forget",
            SEND,
            permission=RUN_SANDBOX,
        ),
        Route("/sandbox/shops", under_sandbox, "sandbox-shop-add", SEND, permission=RUN_SANDBOX),
        Route(
            "/sandbox/shops/{ShopID}/notices",
            under_sandbox,
            "sandbox-notices",
            SEND,
            permission=RUN_SANDBOX,
        ),
        Route(
            "/sandbox/shops/{ShopID}/readiness",
            under_sandbox,
            "sandbox-readiness",
            SEND,
            permission=RUN_SANDBOX,
        ),
        Route(
            "/sandbox/shops/{ShopID}/results",
            under_sandbox,
            "sandbox-results",
            SEND,
            permission=RUN_SANDBOX,
        ),
        Route(
            "/sandbox/trades/{AccessID}/scenario",
            under_sandbox,
            "sandbox-scenario",
            SEND,
            permission=RUN_SANDBOX,
        ),
        Route(
            "/sandbox/trades/{AccessID}/customer",
            under_sandbox,
            "sandbox-customer",
            SEND,
            permission=RUN_SANDBOX,
        ),
    ]
