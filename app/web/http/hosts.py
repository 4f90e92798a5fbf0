"""By which names this desk is asked for.

A page of somebody else can have its own name lead to our address, and then reads what it asks of
us: so once our name is known, no other is answered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.protocol.hosts import is_loopback

PROBES = ("/healthz", "/readyz", "/metrics")
"""What is asked by address, by whoever watches us."""

SANDBOX = "/sandbox"


@dataclass(frozen=True)
class Hosts:
    """`names`: those that are answered besides loopback; None while any is. `sandbox_for_all`:
    whether the sandbox is there for whoever reaches us, or for this machine's own names alone."""

    names: Collection[str] | None = None
    sandbox_for_all: bool = True

    def check(self, scope: Scope) -> None:
        """Raises HTTPException: 421 for a name that is not ours, 404 where nothing is for it."""
        path = scope["path"]
        if self.names is None and (self.sandbox_for_all or not path.startswith(SANDBOX)):
            return
        # HTTP/1.0 need not name one.
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        asked = host_name(host.decode("latin-1"))
        if not asked or _is_ours(asked):
            return
        if self.names is not None and asked not in self.names and path not in PROBES:
            raise HTTPException(421)
        if not self.sandbox_for_all and path.startswith(SANDBOX):
            raise HTTPException(404)


@lru_cache(maxsize=1024)
def host_name(host: str) -> str:
    """The name in a Host header, in lower case, without its port; empty where it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def _is_ours(name: str) -> bool:
    return is_loopback(name)
