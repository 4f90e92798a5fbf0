"""The customer's pages: rendered in both languages at once, and shut off from everything else."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.protocol.words import LANGUAGES, N_, say
from app.sandbox import addresses

_TEMPLATES: Final = Path(__file__).resolve().parents[3] / "templates"

# A page that posts to an address someone typed would act with the cookies of whoever shares its
# origin. `sandbox` without allow-same-origin gives it an origin of its own, as the real gateway
# has one. The form's target and the redirects that follow it may be anywhere.
CUSTOMER_POLICY: Final = "; ".join(
    (
        "sandbox allow-forms allow-scripts",
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "frame-src http: https:",
        "form-action http: https:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS: Final = {
    "Content-Security-Policy": CUSTOMER_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def customer_page(
    request: Request, name: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A page for the customer from `templates/sandbox/<name>.html`."""
    text = (
        _environment()
        .get_template(f"sandbox/{name}.html")
        .render(static=f"{addresses.outer_root(request)}/static", **context)
    )
    return HTMLResponse(text, status, _HEADERS)


@cache
def both(message: str) -> Markup:
    """A message in every language, for a reader whose language nobody has asked for."""
    spans = (
        Markup('<span lang="{}">{}</span>').format(language, say(language, message))
        for language in LANGUAGES
    )
    return Markup(" ").join(spans)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals.update(both=both, N_=N_)
    environment.filters["yen"] = "¥{:,}".format
    return environment
