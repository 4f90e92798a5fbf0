"""Who is really asking, behind the reverse proxies that TRUSTED_PROXIES names."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from app.addresses import Network, client_behind, is_trusted


def apply_forwarded(scope: Scope, trusted: Sequence[Network]) -> None:
    """Put the client's own address and scheme into the scope, when a trusted proxy tells them."""
    peer = scope.get("client")
    if not trusted or not peer or not is_trusted(peer[0], trusted):
        return
    headers = Headers(scope=scope)
    client = client_behind(",".join(headers.getlist("x-forwarded-for")), trusted)
    if client:
        scope["client"] = (client, 0)
    scheme = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
    if scheme in {"http", "https"}:
        scope["scheme"] = scheme
