"""The cookies we set: the sign-in, and what a browser is to remember of its reader's choices."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from app.desk.accounts import known_browsers
from app.web.http.requests import desk_of

SESSION = "desk_session"
BROWSER = "desk_browser"
CHOICE_LIFETIME = timedelta(days=365)


def is_secure(request: Request) -> bool:
    """Whether the browser reaches us by https, as PUBLIC_URL or a trusted proxy says."""
    public = desk_of(request).settings.base_url
    return public.startswith("https://") or request.scope["scheme"] == "https"


def session_name(request: Request) -> str:
    """The sign-in cookie's name."""
    return _prefixed(request, SESSION)


def _prefixed(request: Request, name: str) -> str:
    """Browsers accept `__Host-` only with Secure, so not over http."""
    return f"__Host-{name}" if is_secure(request) else name


def session_secret(request: Request) -> str | None:
    """What the browser sends as its sign-in."""
    return request.cookies.get(session_name(request))


def browser_mark(request: Request) -> str | None:
    """What the browser shows to be known by."""
    return request.cookies.get(_prefixed(request, BROWSER))


def know_browser(request: Request, response: Response, email: str) -> None:
    """Let the browser be known as one in which this user has signed in."""
    name = _prefixed(request, BROWSER)
    _set(request, response, name, known_browsers.mark(email), known_browsers.LIFETIME)


def sign_in_browser(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep its sign-in."""
    _set(
        request,
        response,
        session_name(request),
        secret,
        desk_of(request).settings.sign_ins.lifetime,
    )


def sign_out_browser(request: Request, response: Response) -> None:
    """Let the browser forget its sign-in, and whatever it has kept of our pages.

    What it is to remember of its reader's choices stays, so the cookies are not cleared as such.
    """
    _set(request, response, session_name(request), "", timedelta(0))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def remember(request: Request, response: Response, name: str, choice: str) -> None:
    """Let the browser remember a choice: language, theme or environment."""
    _set(request, response, name, choice, CHOICE_LIFETIME)


def _set(request: Request, response: Response, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
