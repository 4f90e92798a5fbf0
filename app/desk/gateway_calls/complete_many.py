"""Completing many lookups at once: in a handful of statements what `send.complete` does of one.

Only what is plain is done so, which nearly all is: the trade was found, and its order stands in no
conflict or is none here yet; or nothing was found, of a number that is no order here. What is not
is completed one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlmodel import Session

from app.desk.gateway_calls.apply_answer import report_of_lookup
from app.desk.gateway_calls.send import complete, met_order, write_down
from app.desk.status.report_batch import ReportBatch
from app.desk.status.snapshot import NO_PAST, Past
from app.desk.status.unproven import spoken_at
from app.desk.status.updates import Terms
from app.gateway import Reply
from app.protocol.messages import SearchAnswer
from app.records.book import take_amounts
from app.records.changes import Effect
from app.records.claims import insert_orders
from app.records.exchange_groups import (
    Met,
    changes_of_all,
    give_to_orders,
    histories_of,
    locked_waiting,
    write_answers,
)
from app.records.exchanges import Exchange
from app.records.orders import Number, Order, Origin, locked_orders_numbered
from app.records.shops import confirmation_of


class Answered(NamedTuple):
    """A lookup, as it was written down before it was sent, and what came of it."""

    exchange: Exchange
    reply: Reply

    @property
    def number(self) -> Number:
        """Which order it asked about."""
        return self.exchange.shop_key, self.exchange.order_id

    @property
    def found(self) -> SearchAnswer | None:
        """The trade that was found."""
        return self.reply.answer if isinstance(self.reply.answer, SearchAnswer) else None


def complete_all(
    session: Session, answered: Sequence[Answered], settle: timedelta
) -> Mapping[str, Exchange]:
    """Write down what came of lookups of different orders, and let each take effect on its order.
    Once only. The exchanges by their keys, as they are then."""
    if not answered:
        return {}
    waiting = locked_waiting(session, [one.exchange.id for one in answered])
    orders = dict(locked_orders_numbered(session, {one.number for one in answered}))
    plain = [one for one in answered if _is_plain(one, waiting, orders.get(one.number))]
    _Plain(session, settle, orders).complete(plain)
    done = {one.exchange.id: one.exchange for one in plain}
    odd = [one for one in answered if one.exchange.id not in done]
    return done | {
        one.exchange.id: complete(session, one.exchange.id, one.reply, settle) for one in odd
    }


def _is_plain(one: Answered, waiting: Mapping[str, str | None], order: Order | None) -> bool:
    if one.exchange.id not in waiting:
        return False
    order_key = waiting[one.exchange.id]
    if order is None:
        return order_key is None
    # Of whom was erased, one by one is seen to that nothing comes back.
    alone = order.conflict is not None or order.known_by_callbacks_alone or order.erased_at
    return one.found is not None and order_key in (None, order.id) and not alone


class _Plain:
    """What is plain, for one transaction. `orders`: those there are, locked, by their numbers."""

    def __init__(self, session: Session, settle: timedelta, orders: dict[Number, Order]) -> None:
        self._session, self._settle, self._orders = session, settle, orders
        self._reports = ReportBatch(session)
        self._terms: dict[str, Terms] = {}

    def complete(self, plain: Sequence[Answered]) -> None:
        """Complete them all."""
        pasts = self._pasts(plain)
        new = {one.number: met_order(one.exchange) for one in plain if one.found}
        new = {number: order for number, order in new.items() if number not in self._orders}
        take_amounts(self._session, new.values())
        met: list[Met] = []
        for one in plain:
            write_down(one.exchange, one.reply)
            order = new.get(one.number) or self._orders.get(one.number)
            if order is None or one.found is None:
                continue
            if one.exchange.order_key is None:
                met.append(Met(order.environment, one.number, order.id))
                one.exchange.order_key = order.id
            unborn = one.number in new
            self._apply(one.exchange, one.found, order, None if unborn else pasts[order.id])
        insert_orders(self._session, [*new.values()])
        give_to_orders(self._session, met)
        write_answers(self._session, [one.exchange for one in plain])
        self._reports.write()

    def _pasts(self, plain: Sequence[Answered]) -> Mapping[str, Past]:
        keys = {order.id for one in plain if (order := self._orders.get(one.number))}
        if not keys:
            return {}
        besides = [one.exchange.id for one in plain]
        asked = histories_of(self._session, keys, besides)
        changes = changes_of_all(self._session, keys)
        return {key: Past(asked.get(key, ()), changes.get(key, ())) for key in keys}

    def _apply(
        self, exchange: Exchange, answer: SearchAnswer, order: Order, past: Past | None
    ) -> None:
        """Let a trade that was found take effect. Without a past the order is not there yet."""
        unborn, heard = past is None, {"spoken_at": spoken_at(order, exchange.asked_at)}
        over = {"open_exchange": None} if order.open_exchange == exchange.id else {}
        self._reports.note(order, {**heard, **over}, unborn=unborn)
        report, terms = report_of_lookup(exchange, answer), self._terms_of(order)
        effect = self._reports.apply(order, report, terms, past or NO_PAST, unborn=unborn)
        if effect is Effect.MOVED and order.access_id is None:
            access = {"access_id": answer.AccessID}
            if order.origin is Origin.CREATED:
                # Adopted: what our own unanswered EntryTran would have told us.
                access["access_pass"] = answer.AccessPass
            self._reports.note(order, access, unborn=unborn)

    def _terms_of(self, order: Order) -> Terms:
        if order.shop_key not in self._terms:
            policy = confirmation_of(self._session, order.shop_key)
            self._terms[order.shop_key] = Terms(policy, self._settle)
        return self._terms[order.shop_key]
