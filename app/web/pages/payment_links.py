"""The page of a payment link: from here a customer goes on to pay (Interface 2.1.2.3).

It alone of our pages holds a Token in clear. It reveals nothing else, and nothing at all for a
link that is unknown, expired, or whose order has come to its end.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.desk.orders.payment_links import StartForm, open_payment_link
from app.protocol.words import LANGUAGES, N_, translation
from app.web.http.requests import desk_of
from app.web.presentation.templates import language_of, render

OPENING = (
    N_("Taking you to the payment page"),
    N_("If it does not open by itself, press the button."),
)
CLOSED = (
    N_("This payment link is not valid"),
    N_("It may have expired, or the payment is done already. If in doubt, please ask the shop."),
)
GO_ON = N_("Go on to the payment page")

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Language": "ja, en",
}


def pay(request: Request) -> Response:
    """GET /pay/{key}: a form that posts itself to the gateway. Changes nothing, however often."""
    form = open_payment_link(desk_of(request), request.path_params["key"])
    if form is None:
        return _page(request, CLOSED, None, 404)
    return _page(request, OPENING, form, 200)


def _page(
    request: Request, words: tuple[str, str], form: StartForm | None, status: int
) -> Response:
    language = language_of(request)
    context = {
        "form": form,
        "title": words[0],
        "sentence": words[1],
        "go_on": GO_ON,
        "sides": [(side, translation(side).gettext) for side in LANGUAGES],
    }
    text = render(language, "payment_links/pay.html", context)
    policy = _policy(form.action_url) if form else _policy("")
    return HTMLResponse(text, status, HEADERS | {"Content-Security-Policy": policy})


def _policy(action_url: str) -> str:
    """What the page may do. A browser holds `form-action` against redirects too.

    The gateway redirects to a host that we do not know, so any https one must be allowed; a
    sandbox that stands alone may be http, so its own origin is named.
    """
    parts = urlsplit(action_url)
    origin = f" https: {parts.scheme}://{parts.netloc}" if action_url else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        f" form-action 'self'{origin}; base-uri 'none'; frame-ancestors 'none'"
    )
