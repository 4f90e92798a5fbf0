"""Who is really asking, behind the reverse proxies that TRUSTED_PROXIES names."""

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from app.addresses import Network, client_behind, is_trusted

log = logging.getLogger(__name__)


class Proxies:
    """`trusted`: those that are believed. `unnamed`: the first address that spoke for another and
    is none of them; None while there was none."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self.trusted = trusted
        self.unnamed: str | None = None

    def apply(self, scope: Scope) -> None:
        """Put the client's own address and scheme into the scope, as a trusted proxy tells."""
        peer = scope.get("client")
        if not peer:
            return
        if self.trusted and is_trusted(peer[0], self.trusted):
            _believe(scope, self.trusted)
        elif self.unnamed is None and _speaks_for_another(scope):
            self.unnamed = peer[0]
            log.warning(
                "%s says for whom it asks (X-Forwarded-For), and TRUSTED_PROXIES does not name it:"
                " everybody behind it counts as one address",
                peer[0],
            )


def _believe(scope: Scope, trusted: Sequence[Network]) -> None:
    headers = Headers(scope=scope)
    client = client_behind(",".join(headers.getlist("x-forwarded-for")), trusted)
    if client:
        scope["client"] = (client, 0)
    scheme = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
    if scheme in {"http", "https"}:
        scope["scheme"] = scheme


def _speaks_for_another(scope: Scope) -> bool:
    return any(name == b"x-forwarded-for" for name, _ in scope["headers"])
