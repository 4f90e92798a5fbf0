"""Imports: a file is read, a person sees what it comes to, and only then is anything kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.context import Actor, Desk
from app.desk.importing import begin_import, keep, read_into, summary_of
from app.desk.importing.book import BookRefused, BookTaken, read_book, take_book
from app.desk.importing.texts import NotReadable
from app.desk.permissions import Permission, demand
from app.protocol.words import N_
from app.records.imports import Import, ImportState, latest_imports
from app.records.shops import Shop, shops_of
from app.web.http.requests import actor_of, desk_of, environment_of, may
from app.web.http.uploads import UPLOAD_LIMIT, read_fields, read_upload
from app.web.presentation.templates import page

ADDRESS = "/imports"
NO_SHOP = N_("Choose the shop whose list this is.")
LISTED = 20


def index(request: Request) -> Response:
    """GET /imports: the form, and the latest files."""
    return _index(request)


async def begin(request: Request) -> Response:
    """POST /imports: read a `file`. Nothing of it is kept."""
    name, data = await read_upload(request, "file")
    if not data.strip():
        return await run_in_threadpool(_index, request, missing=True)
    desk, actor = desk_of(request), actor_of(request)
    key = await run_in_threadpool(begin_import, desk.database, actor, name)
    task = desk.tasks.spawn_for_all(run_in_threadpool(_read, desk, key, data))
    await desk.tasks.wait_briefly(task)
    return RedirectResponse(f"{ADDRESS}/{key}", 303)


def show(request: Request) -> Response:
    """GET /imports/{key}: what the file comes to. While it is worked on, it asks for itself."""
    with desk_of(request).database.reading() as session:
        row = session.get(Import, request.path_params["key"])
        if row is None:
            raise HTTPException(404)
        summary = summary_of(session, row)
    context = {"summary": summary, "row": row, "may_keep": may(request, Permission.JUDGE)}
    return page(request, "imports/show.html", context, fragment="imports/_summary.html")


async def keep_all(request: Request) -> Response:
    """POST /imports/{key}/keepings: keep what the desk did not have."""
    desk, key = desk_of(request), request.path_params["key"]
    if not await run_in_threadpool(_is_there, desk, key):
        raise HTTPException(404)
    task = desk.tasks.spawn_for_all(run_in_threadpool(_keep, desk, key, actor_of(request)))
    await desk.tasks.wait_briefly(task)
    return RedirectResponse(f"{ADDRESS}/{key}", 303)


async def take_list(request: Request) -> Response:
    """POST /imports/book: a shop's order list (`file`, `ShopID`), all of it or nothing."""
    fields = await read_fields(request)
    shop = await run_in_threadpool(
        _shop, request, fields.get("ShopID", b"").decode(errors="replace")
    )
    if shop is None:
        return await run_in_threadpool(_index, request, problems=[(0, NO_SHOP)])
    actor = actor_of(request)
    demand(actor, Permission.ACT, shop.environment)
    try:
        lines = await run_in_threadpool(read_book, fields.get("file", b""))
    except BookRefused as refused:
        return await run_in_threadpool(_index, request, problems=refused.problems)
    taken = await run_in_threadpool(take_book, desk_of(request).database, actor, shop, lines)
    return await run_in_threadpool(_index, request, taken=taken)


def _shop(request: Request, shop_id: str) -> Shop | None:
    desk = desk_of(request)
    with desk.database.reading() as session:
        return desk.settings.our_shops.named(session, [shop_id]).get(shop_id)


def _index(
    request: Request,
    *,
    missing: bool = False,
    problems: Sequence[tuple[int, str]] = (),
    taken: BookTaken | None = None,
) -> Response:
    desk, environment = desk_of(request), environment_of(request)
    with desk.database.reading() as session:
        latest = latest_imports(session, LISTED)
        shops = [one for one in shops_of(session, environment) if one in desk.settings.our_shops]
    context = {
        "imports": latest,
        "missing": missing,
        "problems": problems,
        "taken": taken,
        "may_take": may(request, Permission.ACT, environment),
        "choices": [(shop.shop_id, f"{shop.name} ({shop.shop_id})") for shop in shops],
        "may_keep": may(request, Permission.JUDGE),
        "megabytes": UPLOAD_LIMIT // 1024 // 1024,
        "states": ImportState,
    }
    return page(request, "imports/index.html", context, 422 if missing or problems else 200)


def _read(desk: Desk, key: str, data: bytes) -> None:
    try:
        read_into(desk.database, desk.settings.our_shops, key, io.BytesIO(data), _goes_on(desk))
    except NotReadable:
        # Its page says that it has failed, and why that may be.
        return


def _keep(desk: Desk, key: str, actor: Actor) -> None:
    keep(desk.database, desk.settings.our_shops, key, actor, _goes_on(desk))


def _goes_on(desk: Desk) -> Callable[[], bool]:
    """A process that ends does not first read a file to its end."""
    return lambda: not desk.tasks.closing


def _is_there(desk: Desk, key: str) -> bool:
    with desk.database.reading() as session:
        return session.get(Import, key) is not None
