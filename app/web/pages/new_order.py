"""New transaction: the form, its checks while somebody types, and the order it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.desk.actions import NotPossible
from app.desk.context import NoGateway
from app.desk.orders.corrections import (
    Correction,
    NotCorrectable,
    correct,
    correction_of,
    values_of,
)
from app.desk.orders.transactions import (
    AlreadyHere,
    NoSuchShop,
    check,
    execute,
    next_number,
    open_order,
    register,
    suggest_order_id,
)
from app.desk.permissions import Permission
from app.desk.shops.shops import shop_of
from app.protocol.fields import Problem, Reason
from app.protocol.text import byte_length
from app.protocol.words import N_, Sentence, Words
from app.records.keys import new_secret
from app.records.orders import UNKNOWN, Order
from app.records.shops import Environment, Shop, shops_of
from app.web.http.requests import actor_of, desk_of, environment_of, may, read_form
from app.web.pages.case_rehearsal import Scenarios, as_rehearsal, with_pause
from app.web.pages.order_form_fields import OrderForm
from app.web.pages.return_page import RETURN_PATH
from app.web.presentation.field_errors import problem_words
from app.web.presentation.templates import page

SHOP_NAME_NEEDED = N_("Type the shop's name exactly, %(name)s, to create a payment in production.")
SHOP_NEEDED = N_("Choose one of the shops.")
NOT_CORRECTABLE = N_(
    "It is registered with these values, or was sent meanwhile. Other ones need another OrderID."
)

Errors = dict[str, list[Words]]


def new(request: Request) -> Response:
    """GET /orders/new: a fresh form; `after` an order, one for the same customer's next try.

    `correct` an order: its own values, with what the gateway has refused of them marked.
    `rehearse` an order: the scenario of the sandbox that plays its past again, with its amounts.
    `scenario`: one of the sandbox's suffixes, chosen beforehand.
    """
    if not may(request, Permission.ACT, environment_of(request)):
        raise HTTPException(403)
    with desk_of(request).database.reading() as session:
        if key := request.query_params.get("correct"):
            return _correcting(request, session, key)
        earlier = session.get(Order, request.query_params.get("after", ""))
        typed = _next_try(session, earlier) if earlier else _fresh(session, request)
        typed = as_rehearsal(session, request, typed)
    return _form(request, typed, {}, earlier=earlier)


async def check_typed(request: Request) -> Response:
    """POST /orders/new/checks: the same form with what its checks say. Stores and sends nothing."""
    typed = OrderForm.read(await read_form(request))
    return await run_in_threadpool(_checked, request, typed)


async def create(request: Request) -> Response:
    """POST /orders: open the order and register it; `action=execute` requests the payment too.

    The same form sent again leads to the order that it has already made, and sends nothing.
    """
    form = await read_form(request)
    typed = await run_in_threadpool(_completed, request, OrderForm.read(form))
    if "renumber" in form:
        return await run_in_threadpool(_renumbered, request, typed)
    opened = await run_in_threadpool(_open, request, typed)
    if isinstance(opened, Response):
        return opened
    order, is_new = opened
    if not is_new:
        return RedirectResponse(f"/orders/{order.id}?sent-before", 303)
    await _send(request, order, executes=form.get("action") == "execute")
    return RedirectResponse(f"/orders/{order.id}", 303)


async def _send(request: Request, order: Order, *, executes: bool) -> None:
    """Register the order; one that is registered, and was corrected, is only executed."""
    desk, actor = desk_of(request), actor_of(request)
    try:
        if order.status == UNKNOWN:
            task = await register(desk, actor, order.id, then_execute=executes)
        elif executes:
            task = await execute(desk, actor, order.id)
        else:
            return
    except (NotPossible, NoGateway):
        return  # somebody was faster: the order's page says how it stands
    await desk.tasks.wait_briefly(task)


def _completed(request: Request, typed: OrderForm) -> OrderForm:
    """With what our own form always sends, for a client that does not: the shop, if there is but
    one, and a key that makes it a form of its own.
    """
    with desk_of(request).database.reading() as session:
        shops = shops_of(session, environment_of(request))
    only = shops[0].id if len(shops) == 1 else ""
    return replace(
        typed,
        shop_key=typed.shop_key or only,
        form_key=typed.form_key or new_secret(),
    )


def _open(request: Request, typed: OrderForm) -> tuple[Order, bool] | Response:
    errors = _errors(request, typed)
    if errors:
        return _form(request, typed, errors, 422)
    draft = typed.draft(_suffix(request, typed))
    desk, actor = desk_of(request), actor_of(request)
    correction = _correction(request, typed)
    try:
        if correction and _is_of(correction, draft.shop_key, draft.OrderID):
            return correct(desk, actor, typed.correct, draft)
        return open_order(desk, actor, draft)
    except NotCorrectable:
        return _form(request, typed, {"OrderID": [Sentence(NOT_CORRECTABLE)]}, 422)
    except AlreadyHere as already:
        return _form(request, typed, {}, 422, taken=already.order)
    except NoSuchShop:
        return _form(request, typed, {"shop_key": [Sentence(SHOP_NEEDED)]}, 422)


def _checked(request: Request, typed: OrderForm) -> Response:
    # What is still missing is no error while the form is being filled in.
    problems = _problems(request, typed, lambda problem: problem.reason is not Reason.MISSING)
    return _form(request, typed, problems, live=True)


def _renumbered(request: Request, typed: OrderForm) -> Response:
    with desk_of(request).database.reading() as session:
        number = next_number(session, typed.shop_key, typed.draft(_suffix(request, typed)).OrderID)
    return _form(request, typed.with_number(number), {})


def _errors(request: Request, typed: OrderForm) -> Errors:
    errors = _problems(request, typed, lambda _: True)
    shop = _shop(request, typed)
    if shop is None:
        errors["shop_key"] = [Sentence(SHOP_NEEDED)]
    elif shop.environment is Environment.PRODUCTION and typed.ShopName != shop.name:
        errors["ShopName"] = [Sentence(SHOP_NAME_NEEDED, {"name": shop.name})]
    return errors


def _problems(request: Request, typed: OrderForm, counts: Callable[[Problem], bool]) -> Errors:
    errors: Errors = {}
    for problem in filter(counts, check(typed.draft(_suffix(request, typed)))):
        errors.setdefault(problem.parameter, []).append(problem_words(problem))
    return errors


def _fresh(session: Session, request: Request) -> OrderForm:
    shops = shops_of(session, environment_of(request))
    number = suggest_order_id(session, shops[0], now()) if shops else ""
    return OrderForm(
        shop_key=shops[0].id if shops else "",
        form_key=new_secret(),
        OrderID=number,
        RetURL=desk_of(request).settings.base_url + RETURN_PATH,
        scenario=request.query_params.get("scenario", ""),
    )


def _next_try(session: Session, earlier: Order) -> OrderForm:
    number = next_number(session, earlier.shop_key, earlier.order_id)
    return _filled_in(earlier.shop_key, values_of(earlier) | {"OrderID": number})


def _filled_in(shop_key: str, values: Mapping[str, str]) -> OrderForm:
    return OrderForm(shop_key=shop_key, form_key=new_secret(), **values)


def _correcting(request: Request, session: Session, key: str) -> Response:
    """The form of an order that the gateway has refused; of any other, the order's page."""
    order = session.get(Order, key)
    if order is None:
        raise HTTPException(404)
    found = correction_of(session, order, desk_of(request).settings.gateway_settle)
    if found is None:
        return RedirectResponse(f"/orders/{key}", 303)
    return _form(request, _as_refused(found), {})


def _as_refused(found: Correction) -> OrderForm:
    values = found.values | {"OrderID": found.order_id}
    return replace(_filled_in(found.order.shop_key, values), correct=found.order.id)


def _correction(request: Request, typed: OrderForm) -> Correction | None:
    desk = desk_of(request)
    with desk.database.reading() as session:
        order = session.get(Order, typed.correct) if typed.correct else None
        return correction_of(session, order, desk.settings.gateway_settle) if order else None


def _is_of(found: Correction, shop_key: str, order_id: str) -> bool:
    """Whether shop and OrderID are still those of the order that was refused."""
    return (found.order.shop_key, found.order.order_id) == (shop_key, order_id)


def _marked(found: Correction, typed: OrderForm, errors: Errors) -> Errors:
    """The errors, and beside each value that is still as it was refused what the gateway said."""
    refused, marks = _as_refused(found), dict(errors)
    for fault in found.faults:
        name = fault.field
        if name and name not in errors and getattr(typed, name) == getattr(refused, name):
            marks[name] = [*marks.get(name, ()), fault.happened, fault.advice]
    return marks


def _form(
    request: Request,
    typed: OrderForm,
    errors: Errors,
    status: int = 200,
    *,
    earlier: Order | None = None,
    taken: Order | None = None,
    live: bool = False,
) -> Response:
    correction = _correction(request, typed)
    own_number = correction is not None and _is_of(correction, typed.shop_key, typed.OrderID)
    with desk_of(request).database.reading() as session:
        shop = session.get(Shop, typed.shop_key)
        environment = shop.environment if shop else environment_of(request)
        shops = shops_of(session, environment)
        free = next_number(session, taken.shop_key, taken.order_id) if taken else ""
        another = next_number(session, shop.id, typed.OrderID) if shop and own_number else ""
    scenarios = _scenarios(request, typed) if environment is Environment.SANDBOX else ()
    context: dict[str, Any] = {
        "environment": environment,
        "typed": typed,
        "errors": _marked(correction, typed, errors) if correction else errors,
        "refused_here": bool(errors),
        "correction": correction,
        "fixed": correction.fixed if correction and own_number else (),
        "another": another,
        "shops": shops,
        "shop": shop or (shops[0] if shops else None),
        "scenarios": () if own_number else scenarios,
        "sent_as": typed.draft(_suffix(request, typed)).OrderID,
        "bytes": {name: byte_length(getattr(typed, name)) for name in typed.CLIENT_FIELDS},
        "earlier": earlier,
        "taken": taken,
        "free": free,
        "live": live,
    }
    fragment = "orders/_form.html" if shops else None
    return page(request, "orders/new.html", context, status, fragment=fragment)


def _scenarios(request: Request, typed: OrderForm) -> Scenarios:
    return with_pause(request.app.state.scenarios, typed.scenario)


def _suffix(request: Request, typed: OrderForm) -> str:
    """What the chosen scenario of the sandbox adds to the OrderID; only a suffix it knows."""
    return typed.scenario if typed.scenario in dict(_scenarios(request, typed)) else ""


def _shop(request: Request, typed: OrderForm) -> Shop | None:
    desk = desk_of(request)
    with desk.database.reading() as session:
        return shop_of(session, desk, typed.shop_key)
