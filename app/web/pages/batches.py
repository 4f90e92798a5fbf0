"""Lookups of many: a list is judged, a person confirms, the answers stand beside the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.batches import deeds
from app.desk.batches.ages import Age, began
from app.desk.batches.batch_view import BatchView, batch_view
from app.desk.batches.deeds import Given, begin_batch, set_columns
from app.desk.batches.judging import judge
from app.desk.batches.standing import standing
from app.desk.batches.verdicts import DISAGREE, Verdict
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission
from app.protocol.words import N_, Words
from app.records.batch_cases import case_names
from app.records.batch_items import EVER, left_out, rows_of
from app.records.batch_sums import words_said
from app.records.batches import Batch, BatchState, batch_of, files_kept, latest_batches
from app.records.columns import REASON_LENGTH
from app.records.database import Database
from app.records.shops import Environment, Shop, shops_of
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.http.uploads import UPLOAD_LIMIT, read_upload_or_text
from app.web.pages.batch_forms import meant_by, paid_span, span_errors
from app.web.presentation.batches import ROLES
from app.web.presentation.templates import page, wants_fragment

ADDRESS = "/lookups/batches"

ROWS = 500
"""Rows of a page."""

LIVE_ROWS = 50
"""Rows that are sent again and again while a batch runs."""

LISTED = 20

WORDS = 30
"""Statuses of a list whose meaning can be said."""

NOTHING_GIVEN = N_("Paste OrderIDs or choose a file first.")
SHOP_UNKNOWN = N_("This environment has no such shop.")

Errors = Mapping[str, Words]


def index(request: Request) -> Response:
    """GET /lookups/batches: the form, and the latest lists."""
    return _index(request, {}, {})


async def begin(request: Request) -> Response:
    """POST /lookups/batches: a list as `text` or `file`. It is judged; nothing is sent."""
    given = await read_upload_or_text(request, "file", "text", "screen")
    shop, errors = await run_in_threadpool(_checked, request, given.fields, given.data)
    if errors:
        return await run_in_threadpool(_index, request, given.fields, errors)
    desk = desk_of(request)
    key = await run_in_threadpool(
        begin_batch,
        desk.database,
        actor_of(request),
        Given(
            _environment(request, given.fields),
            given.data,
            given.name,
            shop.id if shop else None,
            given.fields.get("Reason", ""),
            given.beside,
            given.beside_name,
            *paid_span(given.fields),
        ),
    )
    return await _judge(desk, key)


def show(request: Request) -> Response:
    """GET /lookups/batches/{key}. While it changes by itself, it asks for itself again."""
    with desk_of(request).database.reading() as session:
        batch = _batch_or_404(session, request)
        context = _context(request, session, batch_view(session, batch))
    return page(request, "lookups/batch.html", context, fragment="lookups/_batch.html")


async def set_batch_columns(request: Request) -> Response:
    """POST /lookups/batches/{key}/columns: what the columns hold. It is judged anew."""
    fields = await read_form(request)
    key = await run_in_threadpool(_key_or_404, request)
    desk = desk_of(request)
    if not await run_in_threadpool(set_columns, desk.database, key, meant_by(fields)):
        return RedirectResponse(f"{ADDRESS}/{key}", 303)
    return await _judge(desk, key)


async def start(request: Request) -> Response:
    """POST …/starts: ask about every line that can be asked about; all of them with a Reason."""
    reason = (await read_form(request)).get("Reason", "")
    return await run_in_threadpool(_deed, request, partial(deeds.start, reason=reason))


def pause(request: Request) -> Response:
    """POST …/pauses."""
    return _deed(request, deeds.pause)


def resume(request: Request) -> Response:
    """POST …/resumptions."""
    return _deed(request, deeds.resume)


def stop(request: Request) -> Response:
    """POST …/stops."""
    return _deed(request, deeds.stop)


def _deed(request: Request, deed: Callable[[Database, Actor, str], None]) -> Response:
    key = _key_or_404(request)
    deed(desk_of(request).database, actor_of(request), key)
    return RedirectResponse(f"{ADDRESS}/{key}", 303)


async def _judge(desk: Desk, key: str) -> Response:
    def work() -> None:
        judge(desk.database, desk.settings.our_shops, key, lambda: not desk.tasks.closing)

    task = desk.tasks.spawn_for_all(run_in_threadpool(work))
    await desk.tasks.wait_briefly(task)
    return RedirectResponse(f"{ADDRESS}/{key}", 303)


def _index(request: Request, typed: Mapping[str, str], errors: Errors) -> Response:
    environment = _environment(request, typed)
    with desk_of(request).database.reading() as session:
        shops = shops_of(session, environment)
        latest = [batch_view(session, one) for one in latest_batches(session, environment, LISTED)]
        stands = standing(session, environment, now())
    context = {
        "environment": environment,
        "typed": typed,
        "errors": errors,
        "choices": [(shop.shop_id, f"{shop.name} ({shop.shop_id})") for shop in shops],
        "latest": latest,
        "stands": stands,
        "may_ask": may(request, Permission.ACT),
        "megabytes": UPLOAD_LIMIT // 1024 // 1024,
        "reason_length": REASON_LENGTH,
    }
    return page(request, "lookups/batches.html", context, 422 if errors else 200)


def _checked(
    request: Request, fields: Mapping[str, str], data: bytes
) -> tuple[Shop | None, Errors]:
    if not data.strip():
        return None, {"text": NOTHING_GIVEN}
    if errors := span_errors(fields):
        return None, errors
    wanted = fields.get("ShopID", "").strip()
    if not wanted:
        return None, {}
    with desk_of(request).database.reading() as session:
        shops = shops_of(session, _environment(request, fields))
    shop = next((one for one in shops if one.shop_id == wanted), None)
    return shop, {} if shop else {"ShopID": SHOP_UNKNOWN}


def _environment(request: Request, fields: Mapping[str, str]) -> Environment:
    """The form's own, where it names one that is offered here."""
    named, here = fields.get("env", ""), environment_of(request)
    return Environment(named) if named in request.state.environments else here


def _context(request: Request, session: Session, view: BatchView) -> dict[str, object]:
    chosen = request.query_params.get("verdict", "")
    wanted = [Verdict(chosen)] if chosen in set(Verdict) else list(Verdict)
    old = request.query_params.get("age", "")
    age = Age(old) if old in set(Age) else None
    span = began(age, now()) if age else EVER
    number = request.query_params.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    per_page = LIVE_ROWS if wants_fragment(request) and view.is_live else ROWS
    offset = (max(at, 1) - 1) * ROWS
    rows = rows_of(session, view.batch.id, wanted, began=span, offset=offset, limit=per_page)
    number_of_rows = view.ages[age] if age else sum(view.orders[verdict] for verdict in wanted)
    return {
        "view": view,
        "batch": view.batch,
        "environment": view.batch.environment,
        "rows": rows,
        "page_number": max(at, 1),
        "pages": -(-number_of_rows // ROWS),
        "hidden": number_of_rows - len(rows) if per_page == LIVE_ROWS else 0,
        "left": left_out(session, view.batch.id, ROWS),
        "chosen": chosen if chosen in set(Verdict) else "",
        "age": age,
        "words": words_said(session, view.batch.id, WORDS) if _is_open(view.batch) else (),
        "cases": case_names(session, {one.case_key for one in rows if one.case_key}),
        "may_open": may(request, Permission.INVESTIGATE),
        "disagree": DISAGREE,
        "shop": session.get(Shop, view.batch.shop_key) if view.batch.shop_key else None,
        "roles": ROLES,
        "kept": files_kept(session, view.batch.id),
        "may_ask": may(request, Permission.ACT, view.batch.environment),
        "reason_length": REASON_LENGTH,
    }


def _is_open(batch: Batch) -> bool:
    return batch.state is BatchState.CHECKING


def _batch_or_404(session: Session, request: Request) -> Batch:
    batch = batch_of(session, request.path_params["key"])
    if batch is None:
        raise HTTPException(404)
    return batch


def _key_or_404(request: Request) -> str:
    with desk_of(request).database.reading() as session:
        return _batch_or_404(session, request).id
