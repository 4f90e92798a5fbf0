"""Where the sandbox is, seen from a request: alone, mounted below the desk, or behind a proxy."""

import re
from typing import Final

from starlette.requests import Request

from app.protocol.messages import Call
from app.sandbox.context import sandbox_of

# A Host header is anyone's text; what it may say here ends up in StartURL, without `&` and `=`.
_NAME = r"[0-9A-Za-z.\-]{1,100}|\[[0-9A-Fa-f:.]{2,45}\]"
_HOST: Final = re.compile(rf"({_NAME})(:[0-9]{{1,5}})?")


def inside(request: Request, path: str) -> str:
    """The root-relative link to a page of the sandbox."""
    root: str = request.scope.get("root_path", "")
    return root + path


def within(request: Request) -> str:
    """The path of a request as the sandbox's own routes know it."""
    path: str = request.scope["path"]
    return path.removeprefix(inside(request, ""))


def outer_root(request: Request) -> str:
    """The root of the application that the sandbox is mounted in: its own when it is alone."""
    root: str = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    return root.removesuffix(sandbox_of(request).prefix)


def base_url(request: Request) -> str:
    """The sandbox's outside address, without a slash at its end."""
    known = sandbox_of(request).base_url
    if known is not None:
        return known.rstrip("/")
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = request.scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{request.url.scheme}://{host}{inside(request, '')}"


def start_url(request: Request) -> str:
    """The address of NetCashStart, computed at each call: the next start may use another port."""
    return base_url(request) + Call.START.path
