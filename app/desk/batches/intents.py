"""Intents: the next lines of running batches, claimed together with the exchanges that ask.

A group of them is judged with a few questions to the tables and written down with a few statements,
in the transaction whose commit lets them be sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import NamedTuple

from sqlmodel import Session

from app.clock import now
from app.desk.actions import Action
from app.desk.batches.verdicts import Why
from app.desk.context import Desk, NoGateway
from app.desk.gateway_calls.lookups import decision_about, is_free
from app.desk.gateway_calls.outgoing import OutgoingCall, exchange_of
from app.desk.status.report_batch import Asked, lookups_asked
from app.protocol.messages import SearchRequest
from app.records.batch_turns import next_items, write_begun
from app.records.batches import Batch, BatchItem, BatchState, ItemState, PausedBy
from app.records.exchange_groups import asked_about, insert_exchanges
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Number, locked_orders_numbered
from app.records.shops import Shop, locked_shop

LOOKED_AT = 20
"""Lines that are looked at where the next ones cannot be asked about now."""

BUSY_FOR = timedelta(seconds=3)
"""When an order is looked at again of which a call is under way."""


class Intent(NamedTuple):
    """A line that is about to be asked about, and the exchange that does."""

    item: BatchItem
    exchange: Exchange


class Claimed(NamedTuple):
    """The lines that were claimed, and whether there may be others that can be now."""

    intents: Sequence[Intent]
    more: bool


def claim(session: Session, desk: Desk, ready: Sequence[Batch], wanted: int) -> Claimed:
    """Write down the next calls of these batches, up to so many. Lists take turns, line by line,
    the first one first."""
    intents: list[Intent] = []
    more = bool(ready) and wanted > 0
    for limit in (wanted, LOOKED_AT):  # nearly always the next ones will do
        missing = wanted - len(intents)
        if missing <= 0 or not more:
            break
        found = [next_items(session, one.id, now(), limit) for one in ready]
        more = any(len(items) == limit for items in found)
        intents += _Looked(session, desk, ready, list(_in_turn(found))).ask(missing)
    return Claimed(intents, more)


def _in_turn(found: Sequence[Sequence[BatchItem]]) -> Iterator[BatchItem]:
    for row in zip_longest(*found):
        yield from (item for item in row if item is not None)


class _Looked:
    """Lines that are looked at, with all that decides whether they can be asked about."""

    def __init__(
        self, session: Session, desk: Desk, batches: Sequence[Batch], items: Sequence[BatchItem]
    ) -> None:
        self._session, self._desk, self._items, self._at = session, desk, items, now()
        self._batches = {batch.id: batch for batch in batches}
        numbers = {_number(item) for item in items}
        self._shops = {key: _shop(session, key) for key in sorted({key for key, _ in numbers})}
        self._orders = locked_orders_numbered(session, numbers)
        self._past = _past(session, batches, numbers)
        self._taken: set[Number] = set()

    def ask(self, wanted: int) -> Sequence[Intent]:
        """Write down as many calls as are wanted, of the first lines that can be asked about."""
        intents: list[Intent] = []
        aside: list[BatchItem] = []
        for item in self._items:
            if len(intents) == wanted:
                break
            batch = self._batches[item.batch_key]
            if not self._goes_on(batch, item):
                continue
            if self._is_free(batch, item):
                intents.append(self._intent(batch, item))
            else:
                aside.append(item)
        self._write(intents)
        write_begun(self._session, [*aside, *(one.item for one in intents)])
        return intents

    def _goes_on(self, batch: Batch, item: BatchItem) -> bool:
        """Whether a batch asks on; it pauses where there is nobody to ask."""
        try:
            self._desk.gateway_base(self._shops[item.shop_key or ""])
        except NoGateway:
            batch.state, batch.paused_by = BatchState.PAUSED, PausedBy.NO_GATEWAY
        return batch.state is BatchState.RUNNING

    def _is_free(self, batch: Batch, item: BatchItem) -> bool:
        """Whether a line can be asked about now; else it says until when, or why, it cannot."""
        number = _number(item)
        order, under_way = self._orders.get(number), number in self._taken
        if order is not None:
            under_way = under_way or order.open_exchange is not None
        if not under_way and is_free(self._past.get(number, ()), self._at):
            return True
        shop = self._shops[number[0]]
        decision = decision_about(self._session, self._desk, shop, item.order_id, order)
        if under_way or Action.LOOK_UP in decision.locked:
            item.not_before = self._at + BUSY_FOR
            return False
        if decision.lookup_free_at and not batch.reason:
            item.state, item.why = ItemState.ANSWERED, Why.TOO_EARLY
            item.free_at = decision.lookup_free_at
            return False
        return True

    def _intent(self, batch: Batch, item: BatchItem) -> Intent:
        number = _number(item)
        shop, order = self._shops[number[0]], self._orders.get(number)
        message = SearchRequest(ShopID=shop.shop_id, ShopPass=shop.password, OrderID=item.order_id)
        call = OutgoingCall(shop, order, message, None, reason=batch.reason)
        exchange = exchange_of(self._desk, call)
        exchange.asked_by = batch.started_by
        item.state, item.exchange_key = ItemState.ASKING, exchange.id
        item.why, item.free_at, item.not_before = Why.UNDER_WAY, None, None
        item.known = order is not None
        if order is not None:
            item.order_key, item.here_yen = order.id, order.total
            item.here_status = None if order.status == UNKNOWN else order.status
        batch.asked_at = batch.at = self._at
        self._taken.add(number)
        return Intent(item, exchange)

    def _write(self, intents: Sequence[Intent]) -> None:
        insert_exchanges(self._session, [one.exchange for one in intents])
        known = ((one.exchange, _number(one.item)) for one in intents if one.item.known)
        lookups_asked(
            self._session,
            [
                Asked(self._orders[number], exchange, self._shops[number[0]].confirmation)
                for exchange, number in known
            ],
        )


def _number(item: BatchItem) -> Number:
    assert item.shop_key is not None, "a line without a shop is left out when it is judged"
    return item.shop_key, item.order_id


def _shop(session: Session, key: str) -> Shop:
    shop = locked_shop(session, key)
    assert shop is not None, "a shop is never deleted"
    return shop


def _past(
    session: Session, batches: Sequence[Batch], numbers: Collection[Number]
) -> Mapping[Number, Sequence[Exchange]]:
    """All the batches are of one environment."""
    return asked_about(session, batches[0].environment, numbers) if batches else {}
