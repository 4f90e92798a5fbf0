"""Deciding on a production shop's new gateway address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.context import Actor, Desk
from app.desk.shops.gateway_proposals import OtherProposal, approve, refuse
from app.web.http.requests import actor_of, desk_of

ADDRESS = "/settings/shops/{key}/gateways/{proposal}"


def approve_it(request: Request) -> Response:
    """POST …/approvals: by another administrator than the one who proposed it."""
    return _decided(request, approve)


def refuse_it(request: Request) -> Response:
    """POST …/refusals: by any administrator."""
    return _decided(request, refuse)


def _decided(request: Request, decide: Callable[[Desk, Actor, str, str], Any]) -> Response:
    key, proposal = request.path_params["key"], request.path_params["proposal"]
    try:
        decide(desk_of(request), actor_of(request), key, proposal)
    except LookupError:
        raise HTTPException(404) from None
    except OtherProposal:
        return RedirectResponse(f"/settings/shops/{key}?other#gateway", 303)
    return RedirectResponse(f"/settings/shops/{key}?saved#gateway", 303)
