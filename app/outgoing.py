"""Outgoing connections: a name is resolved once, looked at, and that very address connected to.

Whoever names a gateway's address, or answers for its name, must not lead our requests into a
network that is closed to them. Loopback is for loopback's own names: the sandbox on this machine.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import httpx

from app.protocol.hosts import is_loopback, is_outside

Resolve = Callable[[str, int], Awaitable[list[str]]]


class LeadsInside(OSError):
    """The name leads to an address inside a network, where no gateway is."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, the old kind first: few networks carry the new one only."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda one: one[0] is not socket.AF_INET)
    return list(dict.fromkeys(str(address[0]) for *_, address in ordered))


class PinnedTransport(httpx.AsyncBaseTransport):
    """Sends over one transport for each host, so that no two share a connection and its name."""

    def __init__(
        self, make: Callable[[], httpx.AsyncBaseTransport], resolving: Resolve = resolve
    ) -> None:
        self._make, self._resolve = make, resolving
        self._by_host: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send to an address that was looked at. Raises LeadsInside, gaierror, and httpx's own."""
        host = request.url.host
        addresses = await self._resolve(host, request.url.port or 443)
        if not all(map(is_loopback if is_loopback(host) else is_outside, addresses)):
            raise LeadsInside(host)
        if host not in self._by_host:
            self._by_host[host] = self._make()
        transport = self._by_host[host]
        for address in addresses[:-1]:
            try:
                return await transport.handle_async_request(_pinned(request, address))
            except httpx.ConnectError:
                continue
        return await transport.handle_async_request(_pinned(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._by_host.values():
            await transport.aclose()


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to this address; its Host and the name in its certificate stay."""
    named = {"sni_hostname": request.extensions.get("sni_hostname", request.url.host)}
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address.partition("%")[0]),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, **named},
    )
