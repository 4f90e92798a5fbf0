"""From a request and a template's name to a page, in the reader's language and colours.

A template is found in `templates/<noun>/`; a fragment's name starts with an underscore. What every
template may use without asking is listed in `_environment` and `_surroundings`.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.protocol.words import LANGUAGES, N_, translation
from app.web.presentation.accept_language import preferred
from app.web.presentation.assets import address
from app.web.presentation.filters import TESTS, filters

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
THEMES = ("light", "dark", "auto")
ENVIRONMENTS = ("sandbox", "test", "production")

# The menu: address, words, icon. An address gets in when its page exists.
NAV: tuple[tuple[str, str, str], ...] = (
    ("/", N_("Overview"), "home"),
    ("/orders", N_("Orders"), "list"),
    ("/callbacks", N_("Callbacks"), "bell"),
    ("/lookups", N_("Lookups"), "search"),
    ("/exchanges", N_("Exchanges"), "send"),
    ("/cases", N_("Cases"), "file-text"),
    ("/sandbox", N_("Sandbox"), "flask"),
    ("/settings/shops", N_("Settings"), "settings"),
)

VARY = "HX-Request, HX-Request-Type, Cookie, Accept-Language"


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    *,
    fragment: str | None = None,
) -> Response:
    """Answer a template, or its `fragment` when htmx asks for a part of the page.

    `context` may set `environment` (sandbox, test or production: the record's own, where the page
    shows one record) and `messages` (pairs of level and words, shown above the content).
    """
    chosen = fragment if fragment and wants_fragment(request) else name
    language = language_of(request)
    template = _environment(language).get_template(chosen)
    context = {"refused": status == HTTPStatus.UNPROCESSABLE_ENTITY, **(context or {})}
    text = template.render({**_surroundings(request), **context})
    return HTMLResponse(text, status, {"Vary": VARY, "Content-Language": language})


def render(language: str, name: str, context: Mapping[str, Any]) -> str:
    """A template's text alone, where no reader's settings may show in it or none are known."""
    return _environment(language).get_template(name).render(context)


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part; restoring its history needs the whole page."""
    return request.headers.get("hx-request-type") == "partial"


def language_of(request: Request) -> str:
    """The user's setting, else the cookie of the switch, else what the browser prefers."""
    user = getattr(request.state, "user", None)
    for choice in (getattr(user, "language", None), request.cookies.get("lang")):
        if choice in LANGUAGES:
            return str(choice)
    return preferred(request.headers.get("accept-language", ""))


def theme_of(request: Request) -> str:
    """light, dark, or auto: as the reader's system has it."""
    user = getattr(request.state, "user", None)
    for choice in (getattr(user, "theme", None), request.cookies.get("theme")):
        if choice in THEMES:
            return str(choice)
    return "auto"


def _surroundings(request: Request) -> dict[str, Any]:
    """What a page may use of its request; a context given to `page` goes before it."""
    environments = getattr(request.state, "environments", ENVIRONMENTS)
    return {
        "user": getattr(request.state, "user", None),
        "path": request.url.path,
        "theme": theme_of(request),
        "environment": getattr(request.state, "environment", None),
        "environments": environments,
        "nav": [entry for entry in NAV if entry[0] != "/sandbox" or "sandbox" in environments],
        "section": None,
        "switch": None,
        "q": "",
        "messages": getattr(request.state, "messages", ()),
        "tour": getattr(request.state, "tour", lambda: None),
        "account_notices": getattr(request.state, "account_notices", tuple),
        "count_attention": getattr(request.state, "count_attention", lambda _: None),
    }


def keep_compiled(folder: Path) -> None:
    """Keep the compiled templates in this folder: the first page of a start then need not wait."""
    folder.mkdir(mode=0o700, exist_ok=True)
    _Kept.templates = _CompiledTemplates(str(folder))


class _CompiledTemplates(FileSystemBytecodeCache):
    """Writing is for the next start. A full disk must not cost the page that says it is full."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class _Kept:
    templates: FileSystemBytecodeCache | None = None


@cache
def _environment(language: str) -> Environment:
    # One per language: macros imported without context are then compiled and kept once each.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        bytecode_cache=_Kept.templates,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    words = translation(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(lang=language, languages=LANGUAGES, static=address, icon=icon)
    environment.filters.update(filters(language))
    environment.tests.update(TESTS)
    return environment


@cache
def icon(name: str, classes: str = "") -> Markup:
    """A symbol of the sprite, hidden from screen readers: a word stands beside every icon."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        classes, address("icons.svg"), name
    )
