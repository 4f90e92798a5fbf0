"""What is done in one case: each a POST that leads back to its sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.cases import deeds, opening, refunds
from app.desk.cases.deeds import CaseRefused, NoSuchCase
from app.desk.cases.refund_values import RefundDraft
from app.desk.context import Actor, Desk
from app.protocol.words import LANGUAGES, N_
from app.web.http.requests import actor_of, desk_of, read_body, read_form, values_of
from app.web.pages.cases import case_page, due_typed

NOT_A_DAY = N_("Write the day as 2026-12-31.")
SECOND_PERSON = N_(
    "Nobody approves a refund that they proposed or changed, whatever their role: somebody else"
    " does who may approve. Nothing was changed."
)

Fields = Mapping[str, str]
Deed = Callable[[Desk, Actor, str, Fields], None]


async def add_note(request: Request) -> Response:
    """POST /cases/{key}/notes: `Text`."""
    return await _do(request, _note, "history")


async def add_orders(request: Request) -> Response:
    """POST /cases/{key}/orders: `OrderID`, one or more."""
    fields = {"OrderID": " ".join(values_of(await read_body(request), "OrderID"))}
    return await run_in_threadpool(_done, request, _orders, fields, "request")


async def assign(request: Request) -> Response:
    """POST /cases/{key}/assignments: `Assignee`, an e-mail, and `Due`, a day in Japan."""
    return await _do(request, _assign, "request")


async def decide(request: Request) -> Response:
    """POST /cases/{key}/decisions: `Text`."""
    return await _do(request, _decide, "decision")


async def close(request: Request) -> Response:
    """POST /cases/{key}/closings."""
    return await _do(request, lambda desk, actor, key, _: deeds.close_case(desk, actor, key), "")


async def reopen(request: Request) -> Response:
    """POST /cases/{key}/reopenings: `Reason`."""
    return await _do(request, _reopen, "")


async def keep_reply(request: Request) -> Response:
    """POST /cases/{key}/replies: `Text` as it was sent to the customer, and its `Language`."""
    return await _do(request, _reply, "answer")


async def propose(request: Request) -> Response:
    """POST /cases/{key}/refunds: `Amount`, `Means`, `Reference`; `Order` of several."""
    return await _do(request, _propose, "decision")


async def change(request: Request) -> Response:
    """POST /cases/{key}/refunds/{refund}: the same fields for what is proposed."""
    refund = request.path_params["refund"]

    def deed(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
        refunds.change(desk, actor, key, refund, _refund_draft(fields))

    return await _do(request, deed, f"refund-{refund}")


async def approve(request: Request) -> Response:
    """POST /cases/{key}/refunds/{refund}/approvals: `shown`, the digest of what the page showed."""
    refund = request.path_params["refund"]

    def deed(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
        refunds.approve(desk, actor, key, refund, fields.get("shown", ""))

    return await _do(request, deed, f"refund-{refund}")


async def refuse(request: Request) -> Response:
    """POST /cases/{key}/refunds/{refund}/refusals: `Reason`."""
    refund = request.path_params["refund"]

    def deed(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
        refunds.refuse(desk, actor, key, refund, fields.get("Reason", ""))

    return await _do(request, deed, f"refund-{refund}")


async def _do(request: Request, deed: Deed, anchor: str) -> Response:
    return await run_in_threadpool(_done, request, deed, await read_form(request), anchor)


def _done(request: Request, deed: Deed, fields: Fields, anchor: str) -> Response:
    """Do it and go back; or the sheet again with what was typed, and what is wrong with it."""
    key = request.path_params["key"]
    try:
        deed(desk_of(request), actor_of(request), key, fields)
    except NoSuchCase:
        raise HTTPException(404) from None
    except refunds.NotYours:
        return case_page(request, 403, messages=[("warning", SECOND_PERSON)])
    except CaseRefused as refused:
        status = 409 if "case" in refused.problems else 422
        typed = {**fields, "form": request.url.path.rsplit("/", 1)[-1]}
        return case_page(request, status, typed=typed, errors=refused.problems)
    return RedirectResponse(f"/cases/{key}{'#' + anchor if anchor else ''}", 303)


def _note(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    deeds.add_note(desk, actor, key, fields.get("Text", ""))


def _orders(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    opening.add_order(desk, actor, key, fields["OrderID"])


def _assign(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    try:
        due_at = due_typed(fields.get("Due", ""))
    except ValueError:
        raise CaseRefused({"Due": NOT_A_DAY}) from None
    deeds.assign(desk, actor, key, fields.get("Assignee", ""), due_at)


def _decide(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    deeds.decide_case(desk, actor, key, fields.get("Text", ""))


def _reopen(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    deeds.reopen_case(desk, actor, key, fields.get("Reason", ""))


def _reply(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    language = fields.get("Language", "")
    known = language if language in LANGUAGES else next(iter(LANGUAGES))
    deeds.keep_reply(desk, actor, key, fields.get("Text", ""), known)


def _propose(desk: Desk, actor: Actor, key: str, fields: Fields) -> None:
    refunds.propose(desk, actor, key, _refund_draft(fields))


def _refund_draft(fields: Fields) -> RefundDraft:
    return RefundDraft(
        amount=fields.get("Amount", ""),
        means=fields.get("Means", ""),
        reference=fields.get("Reference", ""),
        order=fields.get("Order", ""),
        receipt=fields.get("Receipt", ""),
    )
