"""Verify by hand: pasted callbacks get the page that they would have got by arriving."""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.callbacks.manual_check import KEPT_AT_MOST, bodies_in, check_pasted, import_pasted
from app.desk.permissions import Permission
from app.protocol.text import WINDOWS_31J
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.http.services import services_of
from app.web.http.uploads import UPLOAD_LIMIT, read_fields
from app.web.pages.callbacks import faults_of
from app.web.pages.signatures import signature_of
from app.web.presentation.templates import page

EXAMPLE = (
    "ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&TranDate=20260101123456"
    "&CheckString=ee6ecf000321129164b6ffa04b75e25d&ErrCode=&ErrInfo="
)
"""What a callback looks like, for whoever has none at hand."""

LISTED = 200
"""Results of one text that have a line in the list; the others are counted."""

PASTED_AT_MOST = 1_000_000
"""Characters that the field takes; larger texts come as a file."""


def show(request: Request) -> Response:
    """GET /verify: the form, empty or (`example`) with one that can be tried."""
    return _page(request, EXAMPLE if "example" in request.query_params else "")


async def show_verdict(request: Request) -> Response:
    """POST /verify: the verdicts on the callbacks in `text`, or in `file`. Nothing is stored,
    unless `action` is `keep`: then those in `text` become ours."""
    fields = await read_fields(request)
    text = _text(fields)
    file = fields.get("file", b"")
    if not text.strip() and not file.strip():
        return await run_in_threadpool(_page, request, "", 422)
    if fields.get("action") == b"keep":
        return await _keep(request, text)
    return await run_in_threadpool(_judged, request, text, file)


async def reveal_signature(request: Request) -> Response:
    """POST /verify/signatures: `text` judged once more, with what our password signs. `Reason`."""
    fields = await read_form(request)
    text, reason = fields.get("text", ""), fields.get("Reason", "")
    return await run_in_threadpool(_judged, request, text, b"", reason)


def _text(fields: Mapping[str, bytes]) -> str:
    # As a browser sends what was typed: what is not UTF-8 is none of its doing.
    return fields.get("text", b"").decode("utf-8", "replace").replace("\0", "\ufffd")


async def _keep(request: Request, text: str) -> Response:
    desk = desk_of(request)
    bodies = await run_in_threadpool(_bodies, request, text)
    intake = services_of(request).callbacks
    keys = await import_pasted(desk, intake, actor_of(request), bodies)
    return RedirectResponse(f"/callbacks/{keys[0]}" if len(keys) == 1 else "/callbacks", 303)


def _bodies(request: Request, text: str) -> list[bytes]:
    desk = desk_of(request)
    with desk.database.reading() as session:
        return list(bodies_in(session, desk.settings.our_shops, text))


def _judged(request: Request, text: str, file: bytes, reason: str | None = None) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        checked = check_pasted(session, desk.settings.our_shops, file or text)
    shown: list[dict[str, Any]] = [
        {
            "result": result,
            "view": view,
            "callback": view.callback,
            "signature": signature_of(request, view, reason),
            "faults": faults_of(view),
            "text": view.callback.body.decode(WINDOWS_31J, "replace"),
        }
        for result, view in zip(checked.results, checked.views, strict=False)
    ]
    environments = {view.callback.environment for view in checked.views}
    one = environments.pop() if len(environments) == 1 else None
    return _page(
        request,
        "" if file else text,
        422 if any(one["signature"].problem for one in shown) else 200,
        checked=checked,
        shown=shown,
        listed=checked.results[:LISTED],
        keep_at_most=KEPT_AT_MOST,
        environment=one or environment_of(request),
    )


def _page(request: Request, text: str, status: int = 200, **more: Any) -> Response:
    context = {
        "text": text,
        "checked": None,
        "missing": status == 422 and not more,
        "may_judge": may(request, Permission.JUDGE),
        "most": PASTED_AT_MOST,
        "megabytes": UPLOAD_LIMIT // 1024 // 1024,
    }
    return page(request, "verify/show.html", context | more, status)
