"""Answers: what a call that has ended means for its line, and for how fast its batch goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from app.clock import now
from app.desk.batches.verdicts import DISAGREE, Heard, Row, Why, verdict_of
from app.desk.books.columns import Columns
from app.desk.gateway_calls.unsent import forget_unsent
from app.desk.status.call_results import CallResult, classify, found_by
from app.protocol.messages import SearchAnswer
from app.records.batch_items import SAY_NOTHING, answered_items
from app.records.batch_turns import disagreeing_since, write_ended
from app.records.batches import (
    Batch,
    BatchItem,
    BatchState,
    ItemState,
    PausedBy,
    locked_batch,
)
from app.records.disagreements import take_over
from app.records.exchanges import Exchange
from app.records.orders import Order
from app.records.shops import Environment

RESTS = (1, 2, 4, 8, 15, 30, 60)
"""Seconds that a batch rests after the gateway has refused for now (too many at once), or was not
reached, so many times in a row. After the last it pauses, and a person goes on."""

_NOTHING_ASKED = frozenset({CallResult.LATER, CallResult.NOT_SENT, CallResult.SETTINGS})

_HEARD: Mapping[CallResult, Heard] = {
    CallResult.DONE: Heard.FOUND,
    CallResult.MISSING: Heard.MISSING,
}


class Ended(NamedTuple):
    """A line whose call has ended, its exchange as it is then, and the trade that was found."""

    item: BatchItem
    exchange: Exchange
    answer: SearchAnswer | None


def ended_elsewhere(session: Session, environment: Environment) -> Sequence[Ended]:
    """The lines whose call has ended and of which nobody has taken that in: a process died that had
    asked, or was about to write what came of it."""
    return [
        Ended(item, exchange, found_by(exchange))
        for item, exchange in answered_items(session, environment)
    ]


def take_in(session: Session, batches: dict[str, Batch], ended: Sequence[Ended]) -> None:
    """Let every line whose call has ended have its verdict, or its turn again.

    `batches`: those that are locked already; others are when they are needed.
    """
    if not ended:
        return
    asked = [(one.item, one.exchange.id) for one in ended]
    disagreeing: list[Ended] = []
    for one in ended:
        batch, told = _locked(session, batches, one.item), classify(one.exchange)
        if told in _NOTHING_ASKED:
            again(batch, one.item)
            _slow_down(batch, told)
        else:
            batch.rests, batch.rest_until = 0, None
            _close(batch, one, told)
            disagreeing += [one] if one.item.verdict in DISAGREE else []
    _date(session, batches, disagreeing)
    take_over(session, [one.item for one in ended if one.item.verdict not in SAY_NOTHING])
    write_ended(session, asked)


def _locked(session: Session, batches: dict[str, Batch], item: BatchItem) -> Batch:
    if item.batch_key not in batches:
        batches[item.batch_key] = locked_batch(session, item.batch_key)
    return batches[item.batch_key]


def give_back(
    session: Session, batches: dict[str, Batch], unsent: Sequence[tuple[BatchItem, Exchange]]
) -> None:
    """Lines that were about to be asked about, and never were, have their turn again."""
    if not unsent:
        return
    for item, _ in unsent:
        again(_locked(session, batches, item), item)
    write_ended(session, [(item, exchange.id) for item, exchange in unsent])
    forget_unsent(session, [exchange for _, exchange in unsent])


def row_of(batch: Batch, item: BatchItem) -> Row:
    """What a line's verdict may look at, before the answer."""
    columns = Columns.from_json(batch.columns)
    return Row(
        book_paid=item.paid,
        book_status=item.status,
        book_yen=item.yen,
        status_unread=bool(item.said) and item.paid is None,
        has_amounts=columns.amount is not None and item.listed,
        listed=item.listed,
        screen_paid=item.screen_paid,
        screen_yen=item.screen_yen,
        held=item.here_status,
        held_yen=item.here_yen,
    )


def again(batch: Batch, item: BatchItem) -> None:
    """Nothing was asked: the line has its turn again, unless its batch has ended."""
    ended = batch.state is BatchState.STOPPED
    item.state = ItemState.LEFT_OUT if ended else ItemState.WAITING
    item.why = Why.STOPPED if ended else Why.NEVER_ASKED
    item.exchange_key = None


def _slow_down(batch: Batch, told: CallResult) -> None:
    if batch.state is not BatchState.RUNNING:
        return
    if told is CallResult.SETTINGS:
        batch.state, batch.paused_by = BatchState.PAUSED, PausedBy.SETTINGS
        return
    if batch.rest_until and batch.rest_until > now():
        return  # those that were under way together count as one
    if batch.rests == len(RESTS):
        batch.state, batch.paused_by = BatchState.PAUSED, PausedBy.GATEWAY_AWAY
        return
    batch.rest_until = now() + timedelta(seconds=RESTS[batch.rests])
    batch.rests += 1


def _close(batch: Batch, ended: Ended, told: CallResult) -> None:
    item, exchange, _ = ended
    answer = ended.answer if told is CallResult.DONE else None
    said_yen = None
    if answer is not None:
        item.gateway_status = answer.Status
        said_yen = answer.Amount + (answer.Tax or 0) if answer.in_yen else None
        item.gateway_yen = said_yen
        item.order_key = exchange.order_key
    item.gateway_at = exchange.answered_at
    item.state = ItemState.ANSWERED
    item.verdict, item.why = verdict_of(
        replace(
            row_of(batch, item),
            heard=_HEARD.get(told, Heard.NO_ANSWER),
            unanswered=Why.REFUSED if told is CallResult.REFUSED else Why.UNANSWERED,
            said=answer.Status if answer else None,
            said_yen=said_yen,
            said_tax=(answer.Tax or 0) if answer else 0,
        )
    )


_SAID_BY_THE_BOOK = frozenset(
    {
        *(Why.UNPAID_AT_GATEWAY, Why.BOOK_STATUS, Why.UNREAD_STATUS, Why.UNKNOWN_NUMBER),
        *(Why.SCREEN_AMOUNT, Why.SCREEN_STATUS),
    }
)


def _date(session: Session, batches: Mapping[str, Batch], disagreeing: Sequence[Ended]) -> None:
    """Say since when the sides have not agreed: since an earlier list found so and none has found
    otherwise, else since one of them said what the other does not."""
    for key in {one.item.batch_key for one in disagreeing}:
        mine = [one for one in disagreeing if one.item.batch_key == key]
        earlier = disagreeing_since(session, [one.item for one in mine])
        for one in mine:
            known, said = _said(session, batches[key], one)
            before = earlier.get((one.item.shop_key or "", one.item.order_id))
            one.item.began_at = min(known, said, before or said)


def _said(session: Session, batch: Batch, ended: Ended) -> tuple[datetime, datetime]:
    """When the gateway's answer came, and when a side said what the other does not."""
    item, exchange, _ = ended
    known = exchange.answered_at or now()
    if item.why in _SAID_BY_THE_BOOK:
        return known, batch.created_at
    said = exchange.said_at or known
    order = session.get(Order, item.order_key) if item.why == Why.HELD_PAID else None
    return known, max(said, order.status_at) if order and order.status_at else said
