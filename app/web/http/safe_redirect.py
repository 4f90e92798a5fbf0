"""Where to go next, when the address came with the request."""

import re

# From our own root, visible ASCII. Browsers take `//` and `/\` as the start of another host.
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*|/")
LENGTH_LIMIT = 2000


def local(address: str, otherwise: str = "/") -> str:
    """The address when it leads to a page of ours, else `otherwise`."""
    fits = len(address) <= LENGTH_LIMIT and _LOCAL.fullmatch(address)
    return address if fits else otherwise
