"""Which hosts are this machine or inside a network. Here because both applications ask."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

EMBEDDING = tuple(
    IPv6Network(one) for one in ("::/96", "::ffff:0:0/96", "64:ff9b:1::/48", "2002::/16")
)
"""Addresses of IPv6 that stand for one of IPv4, which nobody outside has."""

NAT64 = IPv6Network("64:ff9b::/96")
"""What a network without IPv4 calls the addresses of IPv4: as public as these are."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever a name server says."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_outside(address: str) -> bool:
    """Whether an address is a public one. Raises ValueError for what is no address."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if any(parsed in one for one in EMBEDDING):
            return False
        if parsed in NAT64:
            parsed = IPv4Address(int(parsed) & 0xFFFF_FFFF)
    return parsed.is_global and not parsed.is_multicast


def is_inside(host: str) -> bool:
    """Whether this is, by itself, an address of a network of somebody's own: our requests would be
    let into places that are closed to whoever typed it."""
    try:
        return not is_loopback(host) and not is_outside(host)
    except ValueError:
        return host.lower().rstrip(".").endswith((".internal", ".local"))
