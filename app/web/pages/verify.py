"""Verify by hand: a pasted callback gets the page that it would have got by arriving."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.callbacks.manual_check import check_pasted, import_pasted
from app.records.accounts import Role
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.http.services import services_of
from app.web.pages.callbacks import faults_of
from app.web.presentation.templates import page

EXAMPLE = (
    "ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&TranDate=20260101123456"
    "&CheckString=ee6ecf000321129164b6ffa04b75e25d&ErrCode=&ErrInfo="
)
"""What a callback looks like, for the empty form."""


def show(request: Request) -> Response:
    """GET /verify: the empty form."""
    return _page(request, "")


async def show_verdict(request: Request) -> Response:
    """POST /verify: the verdict on the callback in `text`. Nothing is stored, unless `action` is
    `keep`: then it becomes one of ours."""
    form = await read_form(request)
    text = form.get("text", "")
    if not text.strip():
        return await run_in_threadpool(_page, request, "", 422)
    if form.get("action") == "keep":
        intake = services_of(request).callbacks
        key = await import_pasted(desk_of(request), intake, actor_of(request), text)
        return RedirectResponse(f"/callbacks/{key}", 303)
    return await run_in_threadpool(_judged, request, text)


def _judged(request: Request, text: str) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        found = check_pasted(session, desk.settings.our_shops, text)
    callback = found.view.callback
    return _page(
        request,
        text,
        found=found,
        view=found.view,
        environment=callback.environment or environment_of(request),
        callback=callback,
        faults=faults_of(found.view),
    )


def _page(request: Request, text: str, status: int = 200, **more: Any) -> Response:
    context = {"text": text, "example": EXAMPLE, "found": None, "missing": status == 422}
    context["may_judge"] = may(request, Role.OPERATOR)
    return page(request, "verify/show.html", context | more, status)
