"""Clients over plain HTTP. The usual ones read every certificate authority first: 40 ms each."""

from typing import Any

import httpx

PATIENCE = 60
"""Seconds until a client gives up."""


NOT_KEPT_LONG = httpx.Limits(keepalive_expiry=1)
"""A server closes an idle connection after five seconds: who takes it up just then is cut off."""


def plain_client(base_url: str, *, timeout: float = PATIENCE, **options: Any) -> httpx.Client:
    """A client of a server on this machine."""
    return httpx.Client(
        base_url=base_url, timeout=timeout, verify=False, limits=NOT_KEPT_LONG, **options
    )


def get(url: str) -> httpx.Response:
    """One GET on a connection of its own."""
    return httpx.get(url, timeout=PATIENCE, verify=False)


def post(url: str, **sent: Any) -> httpx.Response:
    """One POST on a connection of its own."""
    return httpx.post(url, timeout=PATIENCE, verify=False, **sent)
