"""The job that asks: item by item, each claimed and written down before it is sent.

It is done in the web's process and in a worker's alike. A turn is one short transaction: what has
been answered is taken in, the next lines are claimed together with their exchanges, as many as
there is a place for, and only then are they sent. So a process that dies has asked nothing twice:
what it left under way is closed as every unanswered call is, and its row says that the answer is
unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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


class Turn(NamedTuple):
    """What came of a turn: what is to be sent now, and whether another turn may bring more."""

    exchanges: Sequence[Exchange] = ()
    more: bool = False


class BatchRunner:
    """Asks what running batches want to know, a few at a time in each environment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._environments = environments_asked(desk)
        self._at_work: dict[Environment, asyncio.Task[None]] = {}

    async def tick(self) -> None:
        """See to it that whatever is running is asked."""
        for environment in await asyncio.to_thread(self._wanting):
            busy = self._at_work.get(environment)
            if environment in self._environments and (busy is None or busy.done()):
                task = self._desk.tasks.spawn_for_all(self._ask_on(environment))
                self._at_work[environment] = task

    async def drain(self) -> None:
        """Ask all that can be asked now, and wait for the answers."""
        await self.tick()
        await asyncio.gather(*self._at_work.values())

    def _wanting(self) -> set[Environment]:
        with self._desk.database.reading() as session:
            return {*any_running(session), *anything_under_way(session)}

    async def _ask_on(self, environment: Environment) -> None:
        """Turn after turn, while anything is asked or can be. Whatever is answered while a turn is
        being committed shares the next."""
        under_way: set[asyncio.Task[None]] = set()
        while not self._desk.tasks.closing:
            turn = await self._desk.writer.write(partial(take_turn, self._desk, environment))
            under_way |= {
                self._desk.tasks.spawn(send(self._desk, exchange)) for exchange in turn.exchanges
            }
            if under_way:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            elif not turn.more:
                return


def take_turn(desk: Desk, environment: Environment, session: Session) -> Turn:
    """Take in what has been answered, and write down the next calls, as many as there is a place
    for. Who asks is alone at it: the batches are locked."""
    running = running_batches(session, environment)
    take_in(session, environment, {batch.id: batch for batch in running})
    turns = {batch.id: _Lines(session, desk, batch) for batch in running if _may_ask(batch)}
    exchanges: list[Exchange] = []
    places = _places(session, environment) if turns else 0
    more = False
    while turns and len(exchanges) < places:
        # The one that has waited longest: lists take turns.
        batch = min(
            (one for one in running if one.id in turns),
            key=lambda one: (one.asked_at or one.created_at, one.id),
        )
        exchange = turns[batch.id].ask_next(places - len(exchanges))
        if exchange:
            batch.asked_at = batch.at = now()
            exchanges.append(exchange)
        else:
            more = turns.pop(batch.id).more or more
    for batch in running:
        if batch.id not in turns and _is_over(session, batch):
            batch.state, batch.ended_at = BatchState.DONE, now()
    return Turn(exchanges, more)


def _is_over(session: Session, batch: Batch) -> bool:
    return batch.state is BatchState.RUNNING and not has_open_items(session, batch.id)


def _may_ask(batch: Batch) -> bool:
    rested = batch.rest_until is None or batch.rest_until <= now()
    return batch.state is BatchState.RUNNING and rested


def _places(session: Session, environment: Environment) -> int:
    """How many calls batches may make now. What the desk has to ask by itself goes first; but one
    call of a batch is let through beside it, or a rush would end it."""
    free = AT_ONCE - lookups_under_way(session, environment)
    due = due_orders(session, environment, now(), KEEP_ASKING, limit=AT_ONCE)
    if free > len(due):
        return free - len(due)
    return 1 if free > 0 and not of_batches_under_way(session, environment) else 0


class _Lines:
    """The lines of one batch whose turn it is. `more`: there may be some not looked at yet."""

    def __init__(self, session: Session, desk: Desk, batch: Batch) -> None:
        self._session, self._desk, self._batch = session, desk, batch
        self._waiting: list[BatchItem] = []
        self._looks = 0
        self.more = False

    def ask_next(self, wanted: int) -> Exchange | None:
        """Write down one call, of the next line that can be asked about now."""
        while self._batch.state is BatchState.RUNNING:
            if not self._waiting and not self._look(wanted):
                return None
            exchange = _ask(self._session, self._desk, self._batch, self._waiting.pop(0))
            if exchange:
                return exchange
        self.more = False
        return None

    def _look(self, wanted: int) -> bool:
        """Read the next lines: nearly always the first ones will do, and then once a few more."""
        if self._looks == 2 or (self._looks and not self.more):
            return False
        limit = LOOKED_AT if self._looks else wanted
        self._waiting = list(next_items(self._session, self._batch.id, now(), limit))
        self.more = len(self._waiting) == limit
        self._looks += 1
        return bool(self._waiting)


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
    item.state, item.exchange_key = ItemState.ASKING, exchange.id
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
