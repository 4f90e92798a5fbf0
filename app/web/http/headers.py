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

ALWAYS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Under no-referrer a browser would send `Origin: null` to ourselves.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cache-control", b"no-store"),
)
OPENER_POLICY = (b"cross-origin-opener-policy", b"same-origin")
RESOURCE_POLICY = (b"cross-origin-resource-policy", b"same-origin")
"""No other site's page shows an answer of ours as its picture, script or style."""
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")


def add_security_headers(headers: MutableHeaders, *, secure: bool) -> None:
    """Add what the endpoint has not set itself. `secure`: the browser came by https."""
    # As bytes: this is done for every answer, and each look-up by name encodes and compares.
    own = dict(headers.raw)
    wanted = [*ALWAYS, STRICT_TRANSPORT] if secure else [*ALWAYS]
    # A browser refuses to show a page that is sandboxed and asks for an opener policy too.
    if not _is_sandboxed(own.get(b"content-security-policy", b"")):
        wanted += (OPENER_POLICY, RESOURCE_POLICY)
    headers.raw.extend(header for header in wanted if header[0] not in own)


def _is_sandboxed(policy: bytes) -> bool:
    return any(directive.split()[:1] == [b"sandbox"] for directive in policy.split(b";"))
