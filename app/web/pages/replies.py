"""What customers are told: the pieces of every draft, with an administrator's own words."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.cases.deeds import CaseRefused
from app.desk.cases.replies import FACTS, PIECES, TO_CUSTOMERS, filled, pieces_in, write_piece
from app.protocol.time_words import whole_text
from app.protocol.words import LANGUAGES, say
from app.records.refunds import Means
from app.records.reply_templates import templates_in
from app.web.http.requests import actor_of, desk_of, read_form
from app.web.presentation.templates import language_of, page

EXAMPLE: Mapping[str, str] = {
    "OrderID": "A1001",
    "OrderIDs": "A1001, A1001-1",
    "Amount": "¥12,345",
    "RefundAmount": "¥12,345",
    "Reference": "T-2026-0042",
    "Shop": "Example Shop",
}
"""What the preview fills in, but for what depends on the language."""


def index(request: Request) -> Response:
    """GET /settings/replies: every piece, with a preview."""
    return _page(request)


async def write(request: Request) -> Response:
    """POST /settings/replies: `name`, `Language`, `Text`; an empty text is ours again.

    With `action` `preview` nothing is kept.
    """
    return await run_in_threadpool(_write, request, await read_form(request))


def _write(request: Request, fields: Mapping[str, str]) -> Response:
    if fields.get("action") == "preview":
        return _page(request, fields)
    name, language = fields.get("name", ""), fields.get("Language", "")
    try:
        write_piece(desk_of(request), actor_of(request), name, language, fields.get("Text", ""))
    except KeyError:
        raise HTTPException(404) from None
    except CaseRefused as refused:
        said = say(language_of(request), refused.problems["Text"])
        return _page(request, fields, said, 422)
    return RedirectResponse(f"/settings/replies#{name}-{language}", 303)


def _example(language: str) -> Mapping[str, str]:
    means = say(language, TO_CUSTOMERS[Means.BANK_TRANSFER])
    return {**EXAMPLE, "PaidAt": whole_text(language, now()), "Means": means}


def _page(
    request: Request, typed: Mapping[str, str] | None = None, error: str = "", status: int = 200
) -> Response:
    with desk_of(request).database.reading() as session:
        pieces = {language: dict(pieces_in(session, language)) for language in LANGUAGES}
        written = {language: set(templates_in(session, language)) for language in LANGUAGES}
    chosen = (typed.get("name", ""), typed.get("Language", "")) if typed else ("", "")
    if typed and chosen[0] in PIECES and chosen[1] in LANGUAGES:
        pieces[chosen[1]][chosen[0]] = typed.get("Text", "")
    previews = {
        language: {name: filled(text, _example(language)) for name, text in texts.items()}
        for language, texts in pieces.items()
    }
    context = {
        "names": list(PIECES),
        "pieces": pieces,
        "written": written,
        "previews": previews,
        "facts": FACTS,
        "chosen": chosen,
        "error": error,
    }
    return page(request, "settings/replies.html", context, status)
