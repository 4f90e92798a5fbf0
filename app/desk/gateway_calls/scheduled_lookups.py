"""Scheduled lookups: those that the desk asks for by itself, once `status.schedule` says so.

One queue for all of them: the one lookup that confirms what a callback reported, and the hourly
question about an order that has no final status yet. Each environment has its own places in it:
whoever knows the sandbox's public password can make any number of its orders due, and must not
make a customer's wait. Several processes may sweep: an order's one place for a call under way goes
to whoever takes it first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action, NotPossible, decision_of, require
from app.desk.context import Desk, NoGateway
from app.desk.gateway_calls.outgoing import OutgoingCall, record_call
from app.desk.gateway_calls.send import record_and_send
from app.desk.status.schedule import KEEP_ASKING
from app.desk.status.updates import lookup_put_off, lookup_sent
from app.protocol.messages import SearchRequest
from app.protocol.statuses import Status
from app.records.batch_items import of_batches_under_way
from app.records.due import due_orders
from app.records.exchanges import Exchange, Purpose
from app.records.orders import Order, locked_order
from app.records.shops import Environment, Shop, confirmation_of

AT_ONCE = 4
"""How many lookups of one environment run beside each other: a gateway refuses too many
(E92000001)."""

TRY_AGAIN = timedelta(minutes=1)
"""When an order is looked at again that could not be asked about just now."""


class NotDueYet(Exception):
    """Somebody asked meanwhile: the interval begins anew."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("asked less than the interval ago")
        self.free_at = free_at


class OrderGone(Exception):
    """The order was one of the sandbox's, which an operator has just started over."""


class LookupScheduler:
    """Asks for what is due, a few at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._under_way: dict[Environment, set[asyncio.Task[None]]] = {
            environment: set() for environment in environments_asked(desk)
        }

    async def tick(self) -> int:
        """Begin as many due lookups as there are places free; how many were begun."""
        begun = 0
        for environment, under_way in self._under_way.items():
            begun += await self._begin_due(environment, AT_ONCE - len(under_way))
        return begun

    async def drain(self) -> int:
        """Ask for all that is due now and wait for the answers; how many were asked."""
        return sum([await self._drain(environment) for environment in self._under_way])

    async def _drain(self, environment: Environment) -> int:
        total = 0
        # What cannot be begun is put off, so this ends; it does not mean that nothing else is due.
        while keys := await asyncio.to_thread(self._due, environment, AT_ONCE):
            for key in keys:
                total += await self._begin(environment, key)
            await asyncio.gather(*self._under_way[environment])
        return total

    async def _begin_due(self, environment: Environment, free: int) -> int:
        keys = await asyncio.to_thread(self._due_beside_batches, environment, free) if free else ()
        return sum([await self._begin(environment, key) for key in keys])

    def _due_beside_batches(self, environment: Environment, free: int) -> Sequence[str]:
        """As many as there are places free of what batches ask, which give way to what is due."""
        with self._desk.database.reading() as session:
            free -= of_batches_under_way(session, environment)
        return self._due(environment, free) if free > 0 else ()

    def _due(self, environment: Environment, limit: int) -> Sequence[str]:
        with self._desk.database.reading() as session:
            return due_orders(session, environment, now(), KEEP_ASKING, limit=limit)

    async def _begin(self, environment: Environment, order_key: str) -> bool:
        try:
            _, task = await record_and_send(self._desk, partial(_intend, self._desk, order_key))
        except NotDueYet as early:
            await self._desk.writer.write(partial(_postpone, order_key, early.free_at))
            return False
        except OrderGone:
            return False
        except (NotPossible, NoGateway):
            # Another process was first, or a person has settled it.
            await self._desk.writer.write(partial(_postpone, order_key, now() + TRY_AGAIN))
            return False
        self._under_way[environment].add(task)
        task.add_done_callback(self._under_way[environment].discard)
        return True


def environments_asked(desk: Desk) -> list[Environment]:
    """Those asked about, real money first; the sandbox's by the process that serves it alone."""
    found = [Environment.PRODUCTION, Environment.TEST]
    asks_sandbox = desk.settings.sandbox_on and desk.settings.asks_sandbox
    return [*found, Environment.SANDBOX] if asks_sandbox else found


def _intend(desk: Desk, order_key: str, session: Session) -> Exchange:
    order = locked_order(session, order_key)
    if order is None:
        raise OrderGone(order_key)
    decision = decision_of(session, order, now(), desk.settings.gateway_settle)
    require(decision, Action.LOOK_UP)
    if decision.lookup_free_at:
        raise NotDueYet(decision.lookup_free_at)
    shop = session.get_one(Shop, order.shop_key)
    message = SearchRequest(ShopID=shop.shop_id, ShopPass=shop.password, OrderID=order.order_id)
    exchange = record_call(
        session, desk, OutgoingCall(shop, order, message, None, purpose=_purpose(order))
    )
    lookup_sent(order, exchange, shop.confirmation)
    return exchange


def _purpose(order: Order) -> Purpose:
    reported = order.first_met or order.status == Status.PAYSUCCESS
    return Purpose.CONFIRM if reported else Purpose.RECHECK


def _postpone(order_key: str, until: datetime, session: Session) -> None:
    order = locked_order(session, order_key)
    if order:
        lookup_put_off(order, until, confirmation_of(session, order.shop_key))
