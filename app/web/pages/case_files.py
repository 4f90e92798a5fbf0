"""Files of a case: kept, and only ever downloaded, so that nothing in one runs in a browser.

What is shown of an image is a picture that the desk has made of it.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.cases.attachments import attach, file_of, preview_in
from app.desk.cases.deeds import CaseRefused, NoSuchCase
from app.web.http.requests import actor_of, desk_of
from app.web.http.uploads import read_upload
from app.web.pages.cases import case_page

NOTHING_RUNS = "default-src 'none'; sandbox"


async def add(request: Request) -> Response:
    """POST /cases/{key}/attachments: `file`."""
    name, content = await read_upload(request, "file")
    return await run_in_threadpool(_add, request, name, content)


def _add(request: Request, name: str, content: bytes) -> Response:
    key = request.path_params["key"]
    try:
        attach(desk_of(request), actor_of(request), key, name, content)
    except NoSuchCase:
        raise HTTPException(404) from None
    except CaseRefused as refused:
        status = 409 if "case" in refused.problems else 422
        typed = {"form": "attachments"}
        return case_page(request, status, typed=typed, errors=refused.problems)
    return RedirectResponse(f"/cases/{key}#files", 303)


def download(request: Request) -> Response:
    """GET /cases/{key}/attachments/{file}: the bytes as they were, to save."""
    with desk_of(request).database.reading() as session:
        try:
            file = file_of(session, request.path_params["key"], request.path_params["file"])
        except NoSuchCase:
            raise HTTPException(404) from None
    name = quote(file.attachment.name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": NOTHING_RUNS,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    # No type that a browser would show: what the content says it is stands on the sheet.
    return Response(file.content, media_type="application/octet-stream", headers=headers)


def preview(request: Request) -> Response:
    """GET /cases/{key}/attachments/{file}/preview: the small picture of an image."""
    with desk_of(request).database.reading() as session:
        try:
            made = preview_in(session, request.path_params["key"], request.path_params["file"])
        except NoSuchCase:
            raise HTTPException(404) from None
    if made is None:
        raise HTTPException(404)
    headers = {
        "Content-Security-Policy": NOTHING_RUNS,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(made, media_type="image/png", headers=headers)
