"""What is held on one customer: found by a word, told as a file, erased.

What is looked for is sent and never stands in an address, where logs and histories would keep it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.clock import now
from app.desk.persons import CannotErase, erase, export, find, held, person_of, refusal
from app.desk.persons.person import ORDERS_AT_ONCE
from app.protocol.words import N_, Words
from app.records.erasures import REASON_LENGTH, latest_erasures
from app.records.residue import needs_a_person
from app.web.http.requests import actor_of, desk_of, fields_of, read_body, values_of
from app.web.presentation.templates import page

ADDRESS = "/settings/persons"
SEARCHES, EXPORTS, ERASURES = (f"{ADDRESS}/{noun}" for noun in ("searches", "exports", "erasures"))

ERASURES_SHOWN = 20

ERASED = N_("Erased. What is evidence of money stays, without the person.")


@dataclass(frozen=True)
class Asked:
    """The form as it was sent. `chosen`: whether orders and words were chosen in it, or it only
    looks for a word."""

    word: str = ""
    orders: Collection[str] = ()
    words: Collection[str] = ()
    reason: str = ""
    confirmed: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Shown:
    """An order of the page: whether it is ticked, and why it cannot be erased yet."""

    order: Any
    ticked: bool
    refusal: Words | None
    said: Sequence[str] = field(default_factory=tuple)


def index(request: Request) -> Response:
    """GET /settings/persons."""
    messages = [("success", ERASED)] if "erased" in request.query_params else []
    return _page(request, Asked(), messages=messages)


async def search(request: Request) -> Response:
    """POST …/searches: `word`; and `order` and `person_word`, once they were chosen."""
    asked = _asked(await read_body(request))
    return await run_in_threadpool(_page, request, asked)


async def download(request: Request) -> Response:
    """POST …/exports: the file, of the orders and words that were chosen."""
    asked = _asked(await read_body(request))
    return await run_in_threadpool(_download, request, asked)


async def erase_it(request: Request) -> Response:
    """POST …/erasures: besides `reason`, and `confirmed`."""
    asked = _asked(await read_body(request))
    return await run_in_threadpool(_erase, request, asked)


def _asked(body: bytes) -> Asked:
    fields = fields_of(body)
    return Asked(
        word=fields.get("word", "").strip(),
        orders=values_of(body, "order"),
        words=values_of(body, "person_word"),
        reason=fields.get("reason", ""),
        confirmed="confirmed" in fields,
        chosen="chosen" in fields,
    )


def _download(request: Request, asked: Asked) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        person = person_of(session, asked.orders, asked.words)
    if not person.orders:
        return _page(request, asked)
    pieces = export(desk, actor_of(request), person)
    headers = {
        "Content-Disposition": f'attachment; filename="customer-{now():%Y%m%d-%H%M}.json"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type="application/json", headers=headers)


def _erase(request: Request, asked: Asked) -> Response:
    desk, actor = desk_of(request), actor_of(request)
    try:
        erase(desk, actor, asked.orders, asked.words, asked.reason, confirmed=asked.confirmed)
    except CannotErase as refused:
        return _page(request, asked, refused.problems, status=422)
    return RedirectResponse(f"{ADDRESS}?erased", 303)


def _page(
    request: Request,
    asked: Asked,
    errors: Mapping[str, Words] | None = None,
    *,
    status: int = 200,
    messages: Sequence[tuple[str, str]] = (),
) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        context: dict[str, Any] = {"found": None}
        if asked.word:
            context = _found(session, asked)
        context["erasures"] = latest_erasures(session, ERASURES_SHOWN)
    context |= {
        "asked": asked,
        "errors": errors or {},
        # By an order's key it is that order which is refused.
        "refused": set(errors or ()) & {one.order.id for one in context.get("orders", ())},
        "messages": messages,
        "reason_length": REASON_LENGTH,
        "limit": ORDERS_AT_ONCE,
        "space_stays": needs_a_person(desk.database),
        "is_sqlite": desk.database.is_sqlite,
    }
    return page(request, "settings/persons.html", context, status)


def _found(session: Any, asked: Asked) -> dict[str, Any]:
    found = find(session, asked.word)
    mine = {order.id for order in found.orders}
    ticked = set(asked.orders) if asked.chosen else mine
    # What others' orders say too may be the name of a product: it is for a person to tick.
    words = [
        word.text
        for word in found.words
        if word.tells and (word.text in asked.words if asked.chosen else not word.others)
    ]
    orders = [
        Shown(order, order.id in ticked, refusal(session, order), _said(order))
        for order in (*found.orders, *found.alike)
    ]
    person = person_of(session, [one.order.id for one in orders if one.ticked], words)
    return {
        "found": found,
        "orders": orders,
        "ticked_words": words,
        "held": [one for one in held(session, person) if one.number],
    }


def _said(order: Any) -> Sequence[str]:
    fields = (order.client_field1, order.client_field2, order.client_field3)
    return [value for value in fields if value]
