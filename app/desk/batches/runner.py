"""The job that asks: item by item, each claimed and written down before it is sent.

It is done in the web's process and in a worker's alike. A turn is one short transaction: what has
been answered is taken in, the next line is claimed together with its exchange, and only then is it
sent. So a process that dies has asked nothing twice: what it left under way is closed as every
unanswered call is, and its row says that the answer is unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action
from app.desk.batches.answers import take_in
from app.desk.batches.verdicts import Why
from app.desk.context import Desk, NoGateway
from app.desk.gateway_calls.lookups import decision_about
from app.desk.gateway_calls.outgoing import OutgoingCall, record_call
from app.desk.gateway_calls.scheduled_lookups import AT_ONCE, environments_asked
from app.desk.gateway_calls.send import send
from app.desk.status.schedule import KEEP_ASKING
from app.desk.status.updates import lookup_asked
from app.protocol.messages import SearchRequest
from app.records.batch_items import (
    anything_under_way,
    claim_item,
    has_open_items,
    lookups_under_way,
    next_items,
    of_batches_under_way,
)
from app.records.batches import (
    Batch,
    BatchItem,
    BatchState,
    ItemState,
    PausedBy,
    any_running,
    running_batches,
)
from app.records.due import due_orders
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Order, locked_order, order_by_number
from app.records.shops import Environment, Shop, locked_shop

LOOKED_AT = 20
"""Lines that are looked at in one turn for one that can be asked about now."""

BUSY_FOR = timedelta(seconds=3)
"""When an order is looked at again of which a call is under way."""


class Taken(Exception):
    """Another process has this line's turn."""


class Turn(NamedTuple):
    """What came of a turn: what is to be sent now, and whether another turn may bring more."""

    exchange: Exchange | None = None
    more: bool = False


class BatchRunner:
    """Asks what running batches want to know, a few at a time in each environment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lanes: Mapping[Environment, set[asyncio.Task[None]]] = {
            environment: set() for environment in environments_asked(desk)
        }

    async def tick(self) -> None:
        """See to it that whatever is running is asked."""
        for environment in await asyncio.to_thread(self._wanting):
            lanes = self._lanes.get(environment, set())
            for _ in range(AT_ONCE - len(lanes)):
                lane = self._desk.tasks.spawn_for_all(self._lane(environment))
                lanes.add(lane)
                lane.add_done_callback(lanes.discard)

    async def drain(self) -> None:
        """Ask all that can be asked now, and wait for the answers."""
        await self.tick()
        while under_way := [lane for lanes in self._lanes.values() for lane in lanes]:
            await asyncio.gather(*under_way)

    def _wanting(self) -> set[Environment]:
        with self._desk.database.reading() as session:
            return {*any_running(session), *anything_under_way(session)}

    async def _lane(self, environment: Environment) -> None:
        """One call after the other, while there is a place for it."""
        while not self._desk.tasks.closing:
            try:
                turn = await self._desk.writer.write(partial(take_turn, self._desk, environment))
            except Taken:
                continue
            if turn.exchange:
                await self._desk.tasks.spawn(send(self._desk, turn.exchange))
            elif not turn.more:
                return


def take_turn(desk: Desk, environment: Environment, session: Session) -> Turn:
    """Take in what has been answered, and write down the next call."""
    running = running_batches(session, environment)
    take_in(session, environment, {batch.id: batch for batch in running})
    ready = [batch for batch in running if _may_ask(batch)]
    more = False
    if not ready or not _has_place(session, environment):
        ready = []
    for batch in ready:
        turn = _next_of(session, desk, batch)
        if turn.exchange:
            return turn
        more = more or turn.more
    for batch in running:
        if batch.state is BatchState.RUNNING and not has_open_items(session, batch.id):
            batch.state, batch.ended_at = BatchState.DONE, now()
    return Turn(more=more)


def _may_ask(batch: Batch) -> bool:
    rested = batch.rest_until is None or batch.rest_until <= now()
    return batch.state is BatchState.RUNNING and rested


def _has_place(session: Session, environment: Environment) -> bool:
    """Whether a batch may ask now. What the desk has to ask by itself goes first; but one call
    of a batch is let through beside it, or a rush would end it."""
    free = AT_ONCE - lookups_under_way(session, environment)
    due = due_orders(session, environment, now(), KEEP_ASKING, limit=AT_ONCE)
    if free > len(due):
        return True
    return free > 0 and not of_batches_under_way(session, environment)


def _next_of(session: Session, desk: Desk, batch: Batch) -> Turn:
    more = False
    for limit in (1, LOOKED_AT):  # nearly always the next one will do
        items = next_items(session, batch.id, now(), limit)
        more = len(items) == LOOKED_AT
        for item in items:
            exchange = _ask(session, desk, batch, item)
            if exchange:
                batch.asked_at = batch.at = now()
                return Turn(exchange)
            if batch.state is not BatchState.RUNNING:
                return Turn()
    return Turn(more=more)


def _ask(session: Session, desk: Desk, batch: Batch, item: BatchItem) -> Exchange | None:
    """Write down one call, unless it cannot be made now."""
    shop = locked_shop(session, item.shop_key or "")
    assert shop is not None, "a line without a shop is left out when it is judged"
    if not _has_gateway(desk, shop):
        batch.state, batch.paused_by = BatchState.PAUSED, PausedBy.NO_GATEWAY
        return None
    known = order_by_number(session, shop.id, item.order_id)
    order = locked_order(session, known.id) if known else None
    decision = decision_about(session, desk, shop, item.order_id, order)
    if Action.LOOK_UP in decision.locked or (order and order.open_exchange):
        item.not_before = now() + BUSY_FOR
        return None
    if decision.lookup_free_at and not batch.reason:
        item.state, item.why = ItemState.ANSWERED, Why.TOO_EARLY
        item.free_at = decision.lookup_free_at
        return None
    return _write_down(session, desk, batch, item, shop, order)


def _write_down(
    session: Session, desk: Desk, batch: Batch, item: BatchItem, shop: Shop, order: Order | None
) -> Exchange:
    message = SearchRequest(ShopID=shop.shop_id, ShopPass=shop.password, OrderID=item.order_id)
    call = OutgoingCall(shop, order, message, None, reason=batch.reason)
    exchange = record_call(session, desk, call)
    exchange.asked_by = batch.started_by
    if not claim_item(session, item.id, exchange.id):
        raise Taken(item.id)
    session.refresh(item)
    item.why, item.free_at, item.not_before = Why.UNDER_WAY, None, None
    item.known = order is not None
    if order is not None:
        item.order_key, item.here_yen = order.id, order.total
        item.here_status = None if order.status == UNKNOWN else order.status
        lookup_asked(order, exchange, shop.confirmation)
    return exchange


def _has_gateway(desk: Desk, shop: Shop) -> bool:
    try:
        desk.gateway_base(shop)
    except NoGateway:
        return False
    return True
