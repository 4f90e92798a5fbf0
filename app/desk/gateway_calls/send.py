"""Sending a call: intent, commit, send, outcome, commit.

What is asked is committed before it leaves, and runs as a task of the process: a closed tab loses
no answer. A process that dies leaves its exchanges waiting, for all to see; `close_interrupted`
then says what they are: never answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.clock import now
from app.desk.context import Desk
from app.desk.gateway_calls.apply_answer import apply_answer, believable
from app.desk.gateway_calls.process_identity import has_exited
from app.gateway import INTERRUPTED, Detail, Outcome, Reply
from app.logs import Repeated
from app.protocol.impersonal import impersonal
from app.protocol.messages import ErrorAnswer, SearchAnswer
from app.protocol.wire import parse_jst_stamp
from app.records.book import take_amounts
from app.records.database import UNREACHABLE
from app.records.exchanges import (
    WAITING,
    Exchange,
    Purpose,
    give_to_order,
    locked_exchange,
    waiting_exchanges,
)
from app.records.orders import Order, Origin, locked_order, order_by_number
from app.records.shops import locked_shop

# Outcome and Detail are the gateway's words; the pages read them here.
__all__ = [
    "Detail",
    "Outcome",
    "ask",
    "close_interrupted",
    "complete",
    "record_and_send",
    "send",
    "store",
    "write_down",
]

CLOSED_AFTER = timedelta(seconds=15)
"""How long after its time-out a waiting exchange is given up, whoever may still own it."""

RETRIES = (0.2, 1.0, 5.0, 25.0)
"""Seconds before each further attempt to store an answer: it may hold the only Token there is."""

CODES_KEPT = 40
"""How many error codes of an answer are listed; its bytes hold them all."""

log = logging.getLogger(__name__)

_answers = Repeated(
    log,
    "the answer to a gateway call could not be stored, trying again",
    "answers to gateway calls are stored again",
    outside=UNREACHABLE,
)
_unasked = Repeated(
    log,
    "due lookups get no answer from the gateway at %s",
    "due lookups are answered again by the gateway at %s",
    level=logging.WARNING,
)


async def record_and_send(
    desk: Desk, intend: Callable[[Session], Exchange]
) -> tuple[Exchange, asyncio.Task[None]]:
    """Commit an intent, then send it in a task that outlives the caller.

    Returns once the intent is committed. Raises what `intend` raises; nothing is sent then.
    """
    intent = asyncio.create_task(desk.writer.write(intend))
    task = desk.tasks.spawn(_carry_after(desk, intent))
    return await asyncio.shield(intent), task


async def _carry_after(desk: Desk, intent: asyncio.Task[Exchange]) -> None:
    try:
        exchange = await intent
    except Exception:
        log.debug("nothing was sent: the intent was refused")  # whoever asked is told
        return
    await send(desk, exchange)


async def send(desk: Desk, exchange: Exchange) -> None:
    """Send what has been committed, and commit what came of it."""
    try:
        reply = await ask(desk, exchange)
    except asyncio.CancelledError:
        await store(desk, exchange, INTERRUPTED)
        raise
    await store(desk, exchange, reply)


async def ask(desk: Desk, exchange: Exchange) -> Reply:
    """Send what has been committed; what came of it, which whoever calls has to commit."""
    base = exchange.url.removesuffix(exchange.call.path)
    reply = await desk.gateway.ask(base, exchange.call, exchange.request)
    _log_silence(exchange, reply)
    return reply


def _log_silence(exchange: Exchange, reply: Reply) -> None:
    """Log a call that got no answer of the protocol.

    What the desk looks up by itself is counted: a gateway that is away would fill the log.
    """
    answered = reply.outcome in (Outcome.ANSWERED, Outcome.PROTOCOL_ERROR)
    # Of an answer that was not understood the detail says too much.
    named = isinstance(reply.detail, Detail)
    why = f"{reply.outcome}, {reply.detail}" if named else str(reply.outcome)
    host = urlsplit(exchange.url).netloc.rpartition("@")[2]
    if answered:
        _unasked.worked(host)
    elif exchange.purpose is Purpose.OPERATOR:
        log.warning("gateway call %s of order %s: %s", exchange.call, exchange.order_id, why)
    else:
        _unasked.failed(why, host)


async def store(desk: Desk, exchange: Exchange, reply: Reply) -> None:
    """Commit what came of an exchange, again and again while it cannot be."""
    settle = desk.settings.gateway_settle
    for pause in RETRIES:
        try:
            await desk.writer.write(lambda s: complete(s, exchange.id, reply, settle))
        except SQLAlchemyError as error:
            _answers.failed(error)
            await asyncio.sleep(pause)
        else:
            _answers.worked()
            return
    await desk.writer.write(lambda s: complete(s, exchange.id, reply, settle))


def complete(session: Session, exchange_key: str, reply: Reply, settle: timedelta) -> Exchange:
    """Write down what came of an exchange, and let it take effect on its order. Once only. The
    exchange as it is then.

    An answer that comes after all, from a process that was taken for dead, still counts.
    """
    exchange = locked_exchange(session, exchange_key)
    given_up = exchange.detail == Detail.INTERRUPTED
    if exchange.outcome != WAITING and (not given_up or reply.detail == Detail.INTERRUPTED):
        return exchange
    if exchange.order_key:
        order = locked_order(session, exchange.order_key)
    else:
        order = find_or_create_order(
            session, exchange, found=isinstance(reply.answer, SearchAnswer)
        )
    reply = believable(reply, exchange, order)
    write_down(exchange, reply)
    if order is None:
        return exchange
    if order.erased_at and exchange.answer is not None:
        # Whoever paid was erased: what a lookup says of them does not come back.
        exchange.answer = impersonal(exchange.answer)
    exchange.order_key = order.id
    if order.open_exchange == exchange.id:
        order.open_exchange = None
    apply_answer(session, exchange, order, reply, settle)
    return exchange


def write_down(exchange: Exchange, reply: Reply) -> None:
    """Say in an exchange what came of it."""
    exchange.outcome = reply.outcome
    exchange.detail = reply.detail[:200] if reply.detail else None
    exchange.answered_at = now()
    exchange.duration_ms = reply.duration_ms
    exchange.http_status = reply.http_status
    exchange.answer = reply.raw
    if isinstance(reply.answer, ErrorAnswer):
        exchange.errors = "|".join(reply.answer.errors[:CODES_KEPT])
    if isinstance(reply.answer, SearchAnswer):
        exchange.said_status = reply.answer.Status
        exchange.said_amount, exchange.said_tax = reply.answer.Amount, reply.answer.Tax
        exchange.said_at = parse_jst_stamp(reply.answer.ProcessDate)


def find_or_create_order(session: Session, exchange: Exchange, *, found: bool) -> Order | None:
    """The order that an exchange is about; one is made for a lookup that `found` a trade.

    Earlier lookups of the same number then belong to it too.
    """
    shop = locked_shop(session, exchange.shop_key)
    assert shop is not None, "an exchange's shop is never deleted"
    order = order_by_number(session, shop.id, exchange.order_id)
    if order is None and found:
        order = met_order(exchange)
        session.add(order)
        session.flush()
        take_amounts(session, [order])
    if order is not None:
        give_to_order(session, shop, order.order_id, order.id)
    return order


def met_order(exchange: Exchange) -> Order:
    """An order that we hear of first in the answer to a lookup."""
    return Order(
        shop_key=exchange.shop_key,
        environment=exchange.environment,
        order_id=exchange.order_id,
        origin=Origin.LOOKUP,
        created_by=exchange.asked_by,
    )


def close_interrupted(desk: Desk) -> int:
    """Close what a dead process left waiting as never answered; how many there were."""
    given_up = now() - timedelta(seconds=desk.settings.gateway_timeout) - CLOSED_AFTER
    with desk.database.reading() as session:
        waiting = waiting_exchanges(session)
    left = [one.id for one in waiting if has_exited(one.owner) or one.asked_at < given_up]
    for key in left:
        with desk.database.writing() as session:
            complete(session, key, INTERRUPTED, desk.settings.gateway_settle)
    return len(left)
