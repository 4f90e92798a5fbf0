"""The security headers that every answer carries unless its endpoint has set its own."""

from starlette.datastructures import MutableHeaders

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # data: for the icons inside Tabler's stylesheet.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Under no-referrer a browser would send `Origin: null` to ourselves.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
OPENER_POLICY = "Cross-Origin-Opener-Policy"
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def harden(headers: MutableHeaders, *, secure: bool) -> None:
    """Add what the endpoint has not set itself. `secure`: the browser came by https."""
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    # A browser refuses to show a page that is sandboxed and asks for an opener policy too.
    if not _is_sandboxed(headers["Content-Security-Policy"]):
        headers.setdefault(OPENER_POLICY, "same-origin")
    if secure:
        headers.setdefault(*STRICT_TRANSPORT)


def _is_sandboxed(policy: str) -> bool:
    return any(directive.split()[:1] == ["sandbox"] for directive in policy.split(";"))
