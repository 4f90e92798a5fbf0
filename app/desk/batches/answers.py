"""Answers: what a call that has ended means for its line, and for how fast its batch goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from app.clock import now
from app.desk.batches.verdicts import DISAGREE, Heard, Row, Why, verdict_of
from app.desk.books.columns import Columns
from app.desk.status.call_results import CallResult, classify, found_by
from app.records.batch_items import SAY_NOTHING, answered_items, disagreeing_since
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


def take_in(session: Session, environment: Environment, running: Mapping[str, Batch]) -> None:
    """Let every line whose call has ended have its verdict, or its turn again."""
    batches = dict(running)
    for item, exchange in answered_items(session, environment):
        if item.batch_key not in batches:
            batches[item.batch_key] = locked_batch(session, item.batch_key)
        batch, told = batches[item.batch_key], classify(exchange)
        if told in _NOTHING_ASKED:
            _again(batch, item)
            _slow_down(batch, told)
        else:
            batch.rests, batch.rest_until = 0, None
            _close(session, batch, item, exchange, told)
        batch.at = now()


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


def _again(batch: Batch, item: BatchItem) -> None:
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


def _close(
    session: Session, batch: Batch, item: BatchItem, exchange: Exchange, told: CallResult
) -> None:
    answer = found_by(exchange) if told is CallResult.DONE else None
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
    if item.verdict in DISAGREE:
        item.began_at = _began(session, batch, item, exchange)
    if item.verdict not in SAY_NOTHING:
        take_over(session, item)


_SAID_BY_THE_BOOK = frozenset(
    {
        *(Why.UNPAID_AT_GATEWAY, Why.BOOK_STATUS, Why.UNREAD_STATUS, Why.UNKNOWN_NUMBER),
        *(Why.SCREEN_AMOUNT, Why.SCREEN_STATUS),
    }
)


def _began(session: Session, batch: Batch, item: BatchItem, exchange: Exchange) -> datetime:
    """Since when the sides have not agreed: since an earlier list found so and none has found
    otherwise, else since one of them said what the other does not."""
    known = exchange.answered_at or now()
    if item.why in _SAID_BY_THE_BOOK:
        said = batch.created_at
    else:
        said = exchange.said_at or known
        order = session.get(Order, item.order_key) if item.why == Why.HELD_PAID else None
        said = max(said, order.status_at) if order and order.status_at else said
    return min(known, said, disagreeing_since(session, item) or said)
