"""Disagreements that stand, whichever list found them."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.batches.ages import Age, began
from app.desk.batches.standing import standing
from app.desk.batches.verdicts import DISAGREE, Verdict
from app.desk.permissions import Permission
from app.records.batch_items import EVER
from app.records.disagreements import standing_disagreements
from app.web.http.requests import desk_of, environment_of, may
from app.web.presentation.templates import page

ROWS = 100
"""Rows of a page."""

Choice = TypeVar("Choice", bound=StrEnum)


def index(request: Request) -> Response:
    """GET /lookups/disagreements: the oldest first, by `verdict` and by `age`."""
    environment, at = environment_of(request), now()
    verdict = _chosen(request, "verdict", Verdict)
    age = _chosen(request, "age", Age)
    with desk_of(request).database.reading() as session:
        stands = standing(session, environment, at)
        pages = max(-(-stands.number(verdict, age) // ROWS), 1)
        number = min(_page_number(request), pages)
        rows = standing_disagreements(
            session,
            environment,
            verdict=verdict or "",
            began=began(age, at) if age else EVER,
            offset=(number - 1) * ROWS,
            limit=ROWS,
        )
    context = {
        "environment": environment,
        "stands": stands,
        "rows": rows,
        "verdict": verdict,
        "age": age,
        "verdicts": DISAGREE,
        "ages": list(Age),
        "page_number": number,
        "pages": pages,
        "may_open": may(request, Permission.INVESTIGATE),
    }
    return page(request, "lookups/disagreements.html", context)


def _chosen(request: Request, name: str, choices: type[Choice]) -> Choice | None:
    """What the address asks for, where it is one of these."""
    said = request.query_params.get(name, "")
    return choices(said) if said in set(choices) else None


def _page_number(request: Request) -> int:
    said = request.query_params.get("page", "1")
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 6 else 1
