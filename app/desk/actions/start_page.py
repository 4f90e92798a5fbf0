"""The payment page that ExecTran named, held against where the shop's gateway is."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.protocol.messages import Call
from app.records.orders import Order
from app.records.shops import Shop

_PORTS = {"http": 80, "https": 443}


def starts_elsewhere(order: Order, shop: Shop) -> bool:
    """Whether StartURL is outside the shop's own gateway: no customer is sent there.

    One that names a user (`https://gateway.example@elsewhere/`) reads like another host than it
    leads to, and no gateway needs it. The built-in sandbox has no address of its own: the same data
    may be served at another port today.
    """
    start = order.start_url or ""
    origin = _origin(start)
    if origin is None or shop.gateway_url is None:
        return origin is None or not urlsplit(start).path.endswith(Call.START.path)
    return origin != _origin(shop.gateway_url)


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None of what names no host, or a user besides."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port
