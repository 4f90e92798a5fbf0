"""The payment page that ExecTran named, held against where the shop's gateway is."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.protocol.messages import Call
from app.records.orders import Order
from app.records.shops import Shop

_PORTS = {"http": 80, "https": 443}


def starts_elsewhere(order: Order, shop: Shop) -> bool:
    """Whether StartURL is outside the shop's own gateway: no customer is sent there.

    The built-in sandbox has no address of its own: the same data may be served at another port
    today.
    """
    start = order.start_url or ""
    if shop.gateway_url is None:
        return not urlsplit(start).path.endswith(Call.START.path)
    return not _origin(start) == _origin(shop.gateway_url) is not None


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
