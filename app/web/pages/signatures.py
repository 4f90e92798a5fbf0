"""Whether a page shows what our password signs: in production once, and to whoever says why."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from app.desk.callbacks.callback_view import CallbackView
from app.desk.callbacks.signatures import WhyMissing, has_come, is_kept_back, reveal
from app.desk.permissions import Permission
from app.protocol.words import Words
from app.web.http.requests import actor_of, desk_of, may
from app.web.pages.order_actions import REASON_NEEDED


@dataclass(frozen=True)
class Signature:
    """What becomes of the CheckString that we have computed for one result.

    `is_kept_back`: it is one of production that did not come. `is_revealed`: it is shown all the
    same, this once. `problem`: why not.
    """

    is_shown: bool
    is_kept_back: bool
    is_revealed: bool
    may_reveal: bool
    problem: Words | None


def signature_of(request: Request, view: CallbackView, reason: str | None) -> Signature:
    """Show it or not. `reason`: an approver asks for it, and says why. Raises FactorNeeded."""
    kept_back = is_kept_back(view)
    usual = has_come(view) or (not kept_back and may(request, Permission.JUDGE))
    asked = kept_back and reason is not None
    problem = _reveal(request, view, reason or "") if asked else None
    revealed = asked and problem is None
    may_reveal = kept_back and may(request, Permission.REVEAL)
    return Signature(usual or revealed, kept_back, revealed, may_reveal, problem)


def _reveal(request: Request, view: CallbackView, reason: str) -> Words | None:
    try:
        reveal(desk_of(request), actor_of(request), view, reason)
    except WhyMissing:
        return REASON_NEEDED
    return None
