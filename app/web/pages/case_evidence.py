"""The evidence of a case: a report to print, a signed bundle, and the key to check it by."""

from __future__ import annotations

from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.clock import now
from app.desk.callbacks.callback_view import callback_view
from app.desk.cases.bundle import fingerprint, make_bundle
from app.desk.cases.case_view import case_view
from app.desk.cases.deeds import note_print
from app.records.cases import case_of
from app.records.database import UNREACHABLE
from app.records.signing import public_key
from app.web.http.requests import actor_of, desk_of, user_of
from app.web.presentation.templates import page


def show(request: Request) -> Response:
    """GET /cases/{key}/evidence: everything about the case on A4."""
    desk = desk_of(request)
    key = public_key(desk.database)
    with desk.database.reading() as session:
        case = case_of(session, request.path_params["key"])
        if case is None:
            raise HTTPException(404)
        view = case_view(session, case, desk.settings)
        ours = desk.settings.our_shops
        callbacks = [
            callback_view(session, ours, callback)
            for one in view.orders
            for callback in one.callbacks
        ]
        digest = fingerprint(session, ours, view)
    with suppress(*UNREACHABLE):
        # What cannot be written now can still be read.
        note_print(desk, actor_of(request), case)
    context = {
        "view": view,
        "case": case,
        "callbacks": callbacks,
        "environment": case.environment,
        "printed_at": now(),
        "printed_by": user_of(request).email,
        "digest": digest,
        "public_key": key,
    }
    return page(request, "cases/evidence.html", context)


def head_of_pages(request: Request) -> Response:
    """GET /cases/{key}/evidence.css: what stands at the head of each printed page.

    No browser repeats an element on every page, and the policy blocks a style within one.
    """
    with desk_of(request).database.reading() as session:
        case = case_of(session, request.path_params["key"])
    if case is None:
        raise HTTPException(404)
    head = f"{case.name} · {case.environment.upper()}"
    style = f'@page {{ @top-left {{ content: "{head}"; font: 8pt sans-serif; }} }}\n'
    return Response(style, media_type="text/css")


def bundle(request: Request) -> Response:
    """GET /cases/{key}/bundle.json: the same as JSON, signed."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        case = case_of(session, request.path_params["key"])
        if case is None:
            raise HTTPException(404)
        made = make_bundle(desk, session, case_view(session, case, desk.settings))
    headers = {"Content-Disposition": f'attachment; filename="{case.name}.json"'}
    return Response(made, media_type="application/json", headers=headers)


def signing_key(request: Request) -> Response:
    """GET /signing-key: the public half of the key that signs every bundle of this desk."""
    return JSONResponse(
        {"algorithm": "Ed25519", "public_key": public_key(desk_of(request).database)}
    )
