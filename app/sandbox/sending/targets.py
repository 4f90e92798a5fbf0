"""Where this server may be made to send by whoever holds the sandbox key.

The key goes to merchants' engineers, and a desk's machine has other programs that listen. So a
sandbox inside a desk sends to that desk, and else only to what an administrator has named: hosts,
or `host:port` where it is this machine. One that runs alone is on its developer's machine, whose
ports are all his own.
"""

import sqlite3
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from app.protocol.hosts import is_loopback
from app.sandbox.context import Sandbox

_PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where a connection would lead."""

    host: str
    port: int


async def may_be_sent(sandbox: Sandbox, url: str) -> bool:
    """Whether this server may be made to send to an address that someone typed."""
    target = _target(url)
    if target is None:
        return False
    named = await sandbox.store.run(allowed_hosts)
    if _written(target) in named:
        return True
    if is_loopback(target.host):
        return sandbox.base_url is None or _is_ours(sandbox.base_url, target)
    return target.host in named


def allowed_hosts(connection: sqlite3.Connection) -> frozenset[str]:
    """What an administrator has allowed beyond ourselves: hosts, and hosts with a port."""
    row = connection.execute("select value from setting where name = 'hosts'").fetchone()
    return frozenset(row[0].split()) if row else frozenset()


def port_of(parts: SplitResult) -> int:
    """The port of a web address."""
    return parts.port or _PORTS[parts.scheme]


def _target(url: str) -> Target | None:
    try:
        parts = urlsplit(url)
        return Target(parts.hostname, port_of(parts)) if parts.hostname else None
    except (ValueError, KeyError):
        return None


def _is_ours(base_url: str, target: Target) -> bool:
    """Whether it is the desk that this sandbox is in, by whichever name of this machine."""
    own = _target(base_url)
    return own is not None and is_loopback(own.host) and own.port == target.port


def _written(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return f"{host}:{target.port}"
