"""To the page where the second factor is given, and back from it."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.web.http.csrf import SAFE_METHODS
from app.web.http.safe_redirect import local

AGAIN = "/login/again"


def to_second_factor(request: Request) -> Response:
    """What was asked for has not been done; whoever asked comes back to the page they were on."""
    if "text/event-stream" in request.headers.get("accept", "") and not _is_htmx(request):
        return Response(status_code=401)
    address = f"{AGAIN}?next={quote(_shown(request))}"
    if _is_htmx(request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _shown(request: Request) -> str:
    """The page that is shown, or asked for: as far as that can be told."""
    if _is_htmx(request):
        return _path(request.headers.get("hx-current-url", ""))
    if request.method not in SAFE_METHODS:
        return _path(request.headers.get("referer", ""))
    query = request.scope["query_string"].decode("latin-1")
    return local(f"{request.scope['path']}?{query}" if query else request.scope["path"])


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return local(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _is_htmx(request: Request) -> bool:
    return "hx-request" in request.headers
