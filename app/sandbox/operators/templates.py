"""Pages for operators and engineers: in the desk's frame when mounted, in our own when alone."""

import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.protocol.statuses import Cause, Status
from app.protocol.time_words import whole_text
from app.protocol.words import DEFAULT_LANGUAGE, LANGUAGES, N_, say, translation
from app.sandbox import addresses
from app.sandbox.context import sandbox_of
from app.sandbox.operators.forms import Form
from app.sandbox.sending.sender import OWN_WORDS
from app.sandbox.store.controls import moment

_TEMPLATES: Final = Path(__file__).resolve().parents[3] / "templates"

_STATUSES: Final = {
    Status.UNPROCESSED: (N_("Registered"), "calm"),
    Status.REQSUCCESS: (N_("Requested"), "wait"),
    Status.PAYSTART: (N_("Customer is paying"), "wait"),
    Status.PAYSUCCESS: (N_("Paid"), "good"),
    Status.PAYFAIL: (N_("Not paid"), "bad"),
    Status.EXPIRED: (N_("Expired"), "calm"),
}
"""What each status is called, and how it is coloured, as on the desk's own pages."""

_CAUSES: Final[Mapping[str, str]] = {
    Cause.ENTRY: N_("EntryTran was accepted"),
    Cause.EXEC: N_("ExecTran was accepted"),
    Cause.EXEC_REFUSED: N_("ExecTran was refused"),
    Cause.START: N_("the customer opened the payment page"),
    Cause.PAID: N_("the customer paid"),
    Cause.REFUSED: N_("the centre refused the payment"),
    Cause.CANCELLED: N_("the customer cancelled"),
    Cause.TERM_OVER: N_("the payment term was over"),
}
"""What moves a trade, in words."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}


def operator_page(
    request: Request, name: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A page of the control panel, from `templates/sandbox/<name>.html`.

    `home`, where the context has it, is the address at which the page can be opened again: a form
    that was refused stands at an address that takes forms only.
    """
    frame = sandbox_of(request).frame
    if frame is None:
        return own_page(request, name, context, status)
    framed = {
        **_surroundings(request),
        **context,
        "path": context.get("home", request.url.path),
        "layout": "layout.html",
        "environment": "sandbox",
        "section": addresses.inside(request, "") or "/",
        "styles": f"{addresses.outer_root(request)}/static/sandbox.css",
    }
    return frame(request, f"sandbox/{name}.html", framed, status)


def own_page(
    request: Request, name: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A page in the sandbox's own frame, for readers who may have no account with the desk."""
    whole = {
        **_surroundings(request),
        "layout": "sandbox/_frame.html",
        "static": f"{addresses.outer_root(request)}/static",
        "alone": sandbox_of(request).base_url is None,
        "here": context.get("home", addresses.inside(request, addresses.within(request))),
        "query": dict(request.query_params),
        "styles": None,
        **context,
    }
    template = _environment(language_of(request)).get_template(f"sandbox/{name}.html")
    return HTMLResponse(template.render(whole), status, _HEADERS)


def language_of(request: Request) -> str:
    """The language asked for in the address, else the reader's choice, else the browser's."""
    user = getattr(request.state, "user", None)
    choices = (
        request.query_params.get("lang"),
        getattr(user, "language", None),
        request.cookies.get("lang"),
    )
    for choice in choices:
        if choice in LANGUAGES:
            return str(choice)
    accepted = request.headers.get("accept-language", "").lower().split(",")
    tags = (tag.strip()[:2] for tag in accepted)
    return next((tag for tag in tags if tag in LANGUAGES), DEFAULT_LANGUAGE)


def _surroundings(request: Request) -> dict[str, Any]:
    return {
        "root": addresses.inside(request, ""),
        "when": partial(when, language_of(request)),
        "form": Form(),
        "no_answers": OWN_WORDS,
        "statuses": _STATUSES,
        "causes": _CAUSES,
        # Alone, whoever gets in may do everything; a mounting application knows its users.
        "may_act": True,
        "may_rule": True,
    }


def when(language: str, milliseconds: int) -> str:
    """An instant of the store in Japan's time, with the zone."""
    return whole_text(language, moment(milliseconds))


def whole_number(text: str) -> int | None:
    """A row's number from an address; None for anything else."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = translation(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(lang=language, languages=LANGUAGES)
    environment.filters.update(yen="¥{:,}".format, say=partial(say, language))
    return environment
