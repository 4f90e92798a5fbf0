"""A shop's RetURL that is ours: the result is committed here and handed on to the shop."""

from __future__ import annotations

import re
import time

from starlette.requests import Request
from starlette.responses import Response

from app.web.http.requests import read_body, remote_address_of
from app.web.http.services import services_of
from app.web.pages.return_page import headers_of, receive_callback

_QUERY = re.compile(r"[!-~]*")
"""What a query in an address is made of; anything else is no part of a RetURL."""


async def hand_on(request: Request) -> Response:
    """POST /netcash/return/{key}: commit the body, then send the browser on with it (307).

    Where it leads stands in the shop's settings and nowhere in the request. A key that is none of
    ours is received as at RetURL: a customer never meets an error for it.
    """
    hand_ons = services_of(request).hand_ons
    # Whatever stands behind RetURL comes from a customer, who must not meet a sign-in for it.
    onward = await hand_ons.onward(request.path_params["key"].rstrip("/"))
    if onward is None:
        return await receive_callback(request)
    body = await read_body(request)
    request.app.state.bare_visits.brought(remote_address_of(request))
    began = time.monotonic()
    await hand_ons.take(body, list(headers_of(request)), remote_address_of(request))
    hand_ons.note(onward, time.monotonic() - began)
    query = request.scope["query_string"].decode("latin-1")
    address = onward.with_query(query if _QUERY.fullmatch(query) else "")
    return Response(status_code=307, headers={"Location": address})
