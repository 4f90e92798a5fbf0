"""Which hosts are this machine or inside a network. Here because both applications ask."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever a name server says."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_inside(host: str) -> bool:
    """Whether this is, by itself, an address of a network of somebody's own: our requests would be
    let into places that are closed to whoever typed it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower().rstrip(".").endswith((".internal", ".local"))
    mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return mapped or (not address.is_global and not address.is_loopback)
