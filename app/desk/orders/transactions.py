"""Transactions: an operator opens an order, registers it and executes it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, NotPossible, decision_of, require
from app.desk.audit import record_action
from app.desk.context import Actor, Desk, NoGateway
from app.desk.gateway_calls.outgoing import OutgoingCall, record_call
from app.desk.gateway_calls.send import record_and_send
from app.desk.orders.order_ids import next_number, suggest_order_id
from app.desk.orders.validation import Draft, check
from app.desk.permissions import Permission, demand
from app.protocol.fields import Problem
from app.protocol.messages import EntryTranRequest, ExecTranRequest
from app.records.exchanges import Exchange, give_to_order
from app.records.order_search import file_now
from app.records.orders import Order, locked_order, order_by_form, order_by_number
from app.records.shops import Shop, locked_shop

__all__ = [
    "AlreadyHere",
    "Draft",
    "DraftRefused",
    "NoSuchOrder",
    "NoSuchShop",
    "check",
    "execute",
    "next_number",
    "open_order",
    "register",
    "suggest_order_id",
]


class DraftRefused(Exception):
    """The draft has problems that `check` names; nothing was opened."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{p.parameter}: {p.reason}" for p in problems))
        self.problems = problems


class AlreadyHere(Exception):
    """There is an order with this OrderID already, made by another form or met."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.order_id)
        self.order = order


class NoSuchShop(Exception):
    """The shop is not there or closed, or it is the sandbox's and the sandbox is off."""


class NoSuchOrder(LookupError):
    """There is no order with this key."""


def open_order(desk: Desk, actor: Actor, draft: Draft) -> tuple[Order, bool]:
    """The order of this form, and whether it is new. Sends nothing.

    Raises DraftRefused, AlreadyHere, NoSuchShop, NotPermitted.
    """
    if problems := check(draft):
        raise DraftRefused(problems)
    try:
        return _open_once(desk, actor, draft)
    except IntegrityError:
        # Another process was faster with the same form for another shop: now it can be seen.
        return _open_once(desk, actor, draft)


def _open_once(desk: Desk, actor: Actor, draft: Draft) -> tuple[Order, bool]:
    with desk.database.writing() as session:
        shop = _open_shop(session, desk, draft.shop_key)
        demand(actor, Permission.ACT, shop.environment)
        if order := order_by_form(session, draft.form_key):
            return order, False
        if order := order_by_number(session, shop.id, draft.OrderID):
            session.expunge(order)  # it stays readable when the raise ends the transaction
            raise AlreadyHere(order)
        order = _order(shop, actor, draft)
        session.add(order)
        session.flush()
        give_to_order(session, shop, order.order_id, order.id)
        file_now(session, order.id)
        total = {"Amount": order.amount, "Tax": order.tax}
        record_action(session, actor, "create", order_key=order.id, subject=order.order_id, **total)
        return order, True


def _open_shop(session: Session, desk: Desk, shop_key: str) -> Shop:
    shop = locked_shop(session, shop_key)
    if shop is None:
        raise NoSuchShop(shop_key)
    try:
        desk.gateway_base(shop)
    except NoGateway:
        raise NoSuchShop(shop_key) from None
    return shop


def _order(shop: Shop, actor: Actor, draft: Draft) -> Order:
    return Order(
        shop_key=shop.id,
        environment=shop.environment,
        order_id=draft.OrderID,
        amount=int(draft.Amount),
        tax=int(draft.Tax) if draft.Tax else None,
        ret_url=draft.RetURL,
        client_field1=draft.ClientField1 or None,
        client_field2=draft.ClientField2 or None,
        client_field3=draft.ClientField3 or None,
        form_key=draft.form_key,
        created_by=actor.user_key,
    )


async def register(
    desk: Desk, actor: Actor, order_key: str, *, then_execute: bool = False
) -> asyncio.Task[None]:
    """Send EntryTran; with `then_execute` also ExecTran, when the first one worked.

    Returns once the intent is committed; the task goes on without the caller. Raises
    NotPossible, NoGateway, NoSuchOrder, NotPermitted.
    """
    _, task = await record_and_send(desk, partial(_intend_entry, desk, actor, order_key))
    if not then_execute:
        return task
    return desk.tasks.spawn(_execute_after(desk, actor, order_key, task))


async def execute(desk: Desk, actor: Actor, order_key: str) -> asyncio.Task[None]:
    """Send ExecTran. Returns and raises as `register` does."""
    _, task = await record_and_send(desk, partial(_intend_execution, desk, actor, order_key))
    return task


async def _execute_after(
    desk: Desk, actor: Actor, order_key: str, registration: asyncio.Task[None]
) -> None:
    await registration
    if desk.tasks.closing:
        return  # what starts now would be interrupted, and nobody would know what became of it
    # Not registered after all: the order's page says why.
    with suppress(NotPossible):
        await (await execute(desk, actor, order_key))


def _intend_entry(desk: Desk, actor: Actor, order_key: str, session: Session) -> Exchange:
    order, shop = _allowed(session, desk, actor, order_key, Action.REGISTER)
    assert order.amount is not None, "an order made here has an amount"
    message = EntryTranRequest(
        ShopID=shop.shop_id,
        ShopPass=shop.password,
        OrderID=order.order_id,
        Amount=order.amount,
        Tax=order.tax,
    )
    return record_call(session, desk, OutgoingCall(shop, order, message, actor))


def _intend_execution(desk: Desk, actor: Actor, order_key: str, session: Session) -> Exchange:
    order, shop = _allowed(session, desk, actor, order_key, Action.EXECUTE)
    assert order.access_id, "only a registered order can be executed"
    assert order.access_pass, "only a registered order can be executed"
    assert order.ret_url, "an order made here has a RetURL"
    message = ExecTranRequest(
        ShopID=shop.shop_id,
        ShopPass=shop.password,
        AccessID=order.access_id,
        AccessPass=order.access_pass,
        OrderID=order.order_id,
        RetURL=order.ret_url,
        ClientField1=order.client_field1,
        ClientField2=order.client_field2,
        ClientField3=order.client_field3,
    )
    return record_call(session, desk, OutgoingCall(shop, order, message, actor))


def _allowed(
    session: Session, desk: Desk, actor: Actor, order_key: str, action: Action
) -> tuple[Order, Shop]:
    """The order, locked, with its shop, when this person may act and the action is possible."""
    order = locked_order(session, order_key)
    if order is None:
        raise NoSuchOrder(order_key)
    demand(actor, Permission.ACT, order.environment)
    require(decision_of(session, order, now(), desk.settings.gateway_settle), action)
    shop = session.get(Shop, order.shop_key)
    assert shop is not None, "an order's shop is never deleted"
    return order, shop
