"""Saved views of a list: kept and given up, each a POST that leads back to the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.orders.saved_views import ViewRefused, remove_view, save_view
from app.desk.permissions import Permission
from app.records.saved_views import ListName, views_for
from app.web.http.requests import actor_of, desk_of, may, read_form, user_of
from app.web.presentation.templates import page

_NO_PART = {"env", "before", "after", "sums"}
"""What stands in an address and is no part of a view: it is of a place, or of a moment."""


def views_context(session: Session, request: Request, list_name: ListName) -> dict[str, Any]:
    """The views of a list, which of them is shown, and whether there is anything to keep."""
    query = _kept_of(request.scope["query_string"].decode("latin-1"))
    return {
        "views": views_for(session, list_name, user_of(request).id),
        "view_query": query,
        "list_name": list_name,
        "may_share": may(request, Permission.SHARE),
    }


async def save(request: Request) -> Response:
    """POST /views: `List`, `Name`, `Query`, and `Shared` for all."""
    form = await read_form(request)
    if form.get("List") not in list(ListName):
        raise HTTPException(404)
    list_name, query = ListName(form["List"]), _kept_of(form.get("Query", ""))
    name, for_all = form.get("Name", ""), bool(form.get("Shared"))
    arguments = (desk_of(request), actor_of(request), list_name, name, query)
    try:
        await run_in_threadpool(lambda: save_view(*arguments, for_all=for_all))
    except ViewRefused as refused:
        context = {
            "list_name": list_name,
            "view_query": query,
            "typed_name": name,
            "shared": for_all,
            "problems": refused.problems,
            "may_share": may(request, Permission.SHARE),
        }
        return await run_in_threadpool(page, request, "views/refused.html", context, 422)
    return RedirectResponse(f"/{list_name}?{query}", 303)


async def remove(request: Request) -> Response:
    """POST /views/{key}/removals."""
    key = request.path_params["key"]
    view = await run_in_threadpool(remove_view, desk_of(request), actor_of(request), key)
    if view is None:
        raise HTTPException(404)
    return RedirectResponse(f"/{view.list_name}?{view.query}", 303)


def _kept_of(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name not in _NO_PART]
    return urlencode([pair for pair in kept if pair[1] or pair[0] == "columns"])
