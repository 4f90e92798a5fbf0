"""Who is really asking, behind the reverse proxies that TRUSTED_PROXIES names."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

Network = IPv4Network | IPv6Network


def networks(addresses: Iterable[str]) -> tuple[Network, ...]:
    """TRUSTED_PROXIES as networks; a single address is a network of one."""
    return tuple(ip_network(address, strict=False) for address in addresses)


def apply_forwarded(scope: Scope, trusted: Sequence[Network]) -> None:
    """Put the client's own address and scheme into the scope, when a trusted proxy tells them.

    Every proxy appends the address it was asked from, so the last one that is not a trusted
    proxy's is the client's; what stands before it anybody may have written.
    """
    peer = scope.get("client")
    if not trusted or not peer or not _is_trusted(peer[0], trusted):
        return
    headers = Headers(scope=scope)
    addresses = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]
    client = next((part for part in reversed(addresses) if not _is_trusted(part, trusted)), "")
    if _is_address(client):
        scope["client"] = (client, 0)
    scheme = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
    if scheme in {"http", "https"}:
        scope["scheme"] = scheme


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
