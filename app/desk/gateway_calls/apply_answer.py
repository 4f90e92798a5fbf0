"""Answers: what a completed exchange does to its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from app.desk.callbacks.apply import contradict, recall
from app.desk.status.call_results import CallResult, classify, last_answer
from app.desk.status.snapshot import went_silent
from app.desk.status.unproven import speak
from app.desk.status.updates import (
    StatusReport,
    Terms,
    apply_not_found,
    apply_report,
    lookup_not_sent,
    mark_unknown,
)
from app.gateway import Outcome, Reply
from app.protocol.messages import Call, EntryTranAnswer, ExecTranAnswer, SearchAnswer
from app.protocol.statuses import Status
from app.protocol.wire import parse_jst_stamp
from app.records.changes import Effect
from app.records.exchanges import Exchange, history_of
from app.records.orders import Conflict, Order, Origin, Source
from app.records.shops import confirmation_of


def believable(reply: Reply, exchange: Exchange, order: Order | None) -> Reply:
    """The reply, unless it is about another trade than we asked for: then it is not understood.

    A lookup asks for a number: whichever trade has it is the answer.
    """
    match reply.answer:
        case EntryTranAnswer() as answer:
            about_ours = answer.OrderID == exchange.order_id
        case ExecTranAnswer() as answer:
            known = order.access_id if order else None
            about_ours = known is None or answer.AccessID == known
        case _:
            return reply
    if about_ours:
        return reply
    detail = "the answer is about another trade"
    return replace(reply, outcome=Outcome.NOT_UNDERSTOOD, detail=detail, answer=None)


def apply_answer(
    session: Session, exchange: Exchange, order: Order, reply: Reply, settle: timedelta
) -> None:
    """Let the outcome of an exchange take effect on its order, which is locked.

    `settle` is the time after which an unanswered call can no longer be at work.
    """
    terms = Terms(confirmation_of(session, order.shop_key), settle)
    if last_answer([exchange]):
        speak(order, exchange.asked_at)
    match reply.answer:
        case EntryTranAnswer() as answer:
            _entered(session, exchange, order, answer, terms)
        case ExecTranAnswer() as answer:
            _executed(session, exchange, order, answer, terms)
        case SearchAnswer() as answer:
            _found(session, exchange, order, answer, terms)
        case _ if exchange.call is Call.SEARCH:
            _not_found(session, exchange, order, terms)
        case _:
            _refused_or_silent(session, exchange, order, terms)


def _entered(
    session: Session, exchange: Exchange, order: Order, answer: EntryTranAnswer, terms: Terms
) -> None:
    order.access_id, order.access_pass = answer.AccessID, answer.AccessPass
    apply_report(session, order, _report(exchange, Source.ENTRY, Status.UNPROCESSED), terms)


def _executed(
    session: Session, exchange: Exchange, order: Order, answer: ExecTranAnswer, terms: Terms
) -> None:
    order.token, order.start_url = answer.Token, answer.StartURL
    order.executed_at = exchange.asked_at
    apply_report(session, order, _report(exchange, Source.EXEC, Status.REQSUCCESS), terms)


def _found(
    session: Session, exchange: Exchange, order: Order, answer: SearchAnswer, terms: Terms
) -> None:
    by_callbacks = order.known_by_callbacks_alone
    effect = apply_report(session, order, report_of_lookup(exchange, answer), terms)
    moved = effect is Effect.MOVED
    if moved and by_callbacks:
        recall(session, order, exchange, terms)
    if not moved or order.access_id is not None:
        return
    order.access_id = answer.AccessID
    if order.origin is Origin.CREATED:
        # Adopted: what our own unanswered EntryTran would have told us.
        order.access_pass = answer.AccessPass


def report_of_lookup(exchange: Exchange, answer: SearchAnswer) -> StatusReport:
    """What a lookup says of the trade that it found."""
    return replace(
        _report(exchange, Source.LOOKUP, answer.Status),
        said_at=parse_jst_stamp(answer.ProcessDate),
        access_id=answer.AccessID,
        amount=answer.Amount,
        tax=answer.Tax,
        in_yen=answer.in_yen,
    )


def _not_found(session: Session, exchange: Exchange, order: Order, terms: Terms) -> None:
    if classify(exchange) is CallResult.NOT_SENT:
        lookup_not_sent(session, order, terms.confirmation)
    if classify(exchange) is not CallResult.MISSING:
        return
    if apply_not_found(session, order, exchange, terms) is Conflict.NOT_REGISTERED:
        contradict(session, order)


def _report(exchange: Exchange, source: Source, status: Status) -> StatusReport:
    return StatusReport(
        source,
        status,
        heard_at=exchange.answered_at,
        exchange_key=exchange.id,
        asked_at=exchange.asked_at,
    )


def _refused_or_silent(session: Session, exchange: Exchange, order: Order, terms: Terms) -> None:
    told = classify(exchange)
    if exchange.call is Call.EXEC and told in (CallResult.SILENCE, CallResult.REQUESTED):
        # It may have worked; only a lookup says otherwise.
        order.executed_at = exchange.asked_at
        mark_unknown(session, order, exchange, terms.confirmation)
    elif exchange.call is Call.ENTRY and (
        told is CallResult.SILENCE or (told is CallResult.TAKEN and _perhaps_by_us(session, order))
    ):
        mark_unknown(session, order, exchange, terms.confirmation)


def _perhaps_by_us(session: Session, order: Order) -> bool:
    return went_silent(history_of(session, order.id), Call.ENTRY)
