"""Copies: a shop's own server brings the results that it has received."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.desk.copies import Copy, moment_told, take_copy
from app.protocol.checkstring import Verdict
from app.records.database import UNREACHABLE
from app.records.tokens import Scope
from app.web.http.bearer import token_for
from app.web.http.failures import RETRY_AFTER
from app.web.http.problems import Problem
from app.web.http.requests import desk_of, read_body, remote_address_of
from app.web.http.services import services_of
from app.web.pages.api.answers import written
from app.web.pages.api.models import CopyAnswer
from app.web.pages.return_page import headers_of


async def take(request: Request) -> Response:
    """POST /netcash/copies: 201 for one that is new, 200 for one that was here.

    Either is committed, and judged where there was time.
    Nothing that came with it proves anything but its own CheckString.
    """
    token = await token_for(request, Scope.INTAKE)
    copy = Copy(
        await read_body(request),
        list(headers_of(request)),
        remote_address_of(request),
        token.id,
        moment_told(request.headers.get("x-received-at")),
    )
    try:
        taken = await take_copy(desk_of(request), services_of(request).callbacks, copy)
    except UNREACHABLE:
        words = "It is not stored. Send it again."
        raise Problem(503, "not-stored", words, headers={"Retry-After": RETRY_AFTER}) from None
    callback = taken.callback
    answer = CopyAnswer(
        id=callback.id,
        verdict=Verdict(callback.verdict) if callback.verdict else None,
        tags=callback.tag_list,
        order=callback.order_key,
    )
    return written(answer, 201 if taken.is_new else 200)
