"""What an address is: a proxy that we trust, the client behind one, and as whom it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64
"""Bits of an IPv6 address that tell one household or machine from the next: the rest of it, every
machine chooses by itself and as often as it likes."""


def networks(addresses: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as networks; a single address is a network of one."""
    return tuple(ip_network(address, strict=False) for address in addresses)


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether this is the address of a proxy that we trust."""
    return is_address(address) and any(ip_address(address) in network for network in trusted)


def client_behind(forwarded_for: str, trusted: Sequence[Network]) -> str | None:
    """The client's address in the X-Forwarded-For of a trusted proxy; None where it names none.

    Every proxy appends the address it was asked from, so the last one that is not a trusted
    proxy's is the client's; what stands before it anybody may have written.
    """
    addresses = [_without_port(part.strip()) for part in forwarded_for.split(",")]
    client = next((part for part in reversed(addresses) if not is_trusted(part, trusted)), "")
    return client if is_address(client) else None


def _without_port(written: str) -> str:
    """The address in `198.51.100.7:4711`, `[2001:db8::1]:4711` and `[2001:db8::1]`.

    Some proxies add the port; a bare IPv6 address has colons of its own.
    """
    if written.startswith("["):
        return written[1:].partition("]")[0]
    return written.partition(":")[0] if written.count(":") == 1 else written


@lru_cache(maxsize=4096)
def counted_as(address: str) -> str:
    """As whom an address counts where tries or connections are counted: IPv6 by its /64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))


def is_address(text: str) -> bool:
    """Whether this is the address of a machine."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
