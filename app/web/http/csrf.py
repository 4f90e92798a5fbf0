"""Whether a request that changes something was made by a page of somebody else."""

from urllib.parse import urlsplit

from starlette.requests import Request

from app.web.http.requests import desk_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Made to be called from elsewhere; their endpoints never look at a cookie.
OPEN_TO_ALL = ("/netcash/", "/sandbox/payment/")


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site's page makes this state-changing request.

    Sec-Fetch-Site decides where there is one; a neighbour on the same site is elsewhere too. Else
    Origin decides, which browsers send with every such request. A client that sends neither is no
    browser, and carries no cookie it was not given by hand.
    """
    if request.method in SAFE_METHODS or request.scope["path"].startswith(OPEN_TO_ALL):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and origin.lower() not in _own_origins(request)


def _own_origins(request: Request) -> set[str]:
    # The Host is as good as our own word here: no page can make a browser send a false one.
    served = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    public = urlsplit(desk_of(request).settings.base_url)
    return {_origin(served), _origin(f"{public.scheme}://{public.netloc}")}


def _origin(address: str) -> str:
    """A base address as browsers write an Origin: lower case, without the scheme's usual port."""
    scheme, _, authority = address.lower().partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{authority.removesuffix(usual) if usual else authority}"
