"""A lookup's answer beside what we held before it, and what it did to the order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.desk.actions.disputes import Dispute, disputes_by_change
from app.desk.status.call_results import found_by
from app.protocol.messages import SearchAnswer
from app.protocol.statuses import Relation, Status, relation
from app.protocol.text import normalise
from app.protocol.wire import NotAStamp, parse_jst_stamp
from app.records.changes import Change, Effect, changes_of
from app.records.exchanges import Exchange
from app.records.orders import Order

Value = str | int | datetime | None


@dataclass(frozen=True)
class Row:
    """One parameter. `held` is None where we held nothing, and then there is no relation.

    Amounts are integers in yen, ProcessDate is a time; everything else is text.
    """

    parameter: str
    held: Value
    said: Value
    relation: Relation | None


@dataclass(frozen=True)
class LookupAnswer:
    """What the gateway said (None: no usable answer) and what it did to the order's claim.

    `disputes`: what a conflict among the effects is about, by the change's key.
    """

    answer: SearchAnswer | None
    rows: Sequence[Row]
    effects: Sequence[Change]
    disputes: Mapping[str, Dispute]

    @property
    def in_yen(self) -> bool:
        """Whether its Amount and Tax are yen: else they prove nothing."""
        return self.answer is not None and self.answer.in_yen


def lookup_answer(session: Session, exchange: Exchange, order: Order | None) -> LookupAnswer:
    """The answer of one lookup. What was held is read from the history, not from today."""
    changes = changes_of(session, order.id) if order else ()
    effects = [change for change in changes if change.exchange_key == exchange.id]
    disputes = disputes_by_change(order, effects, [exchange]) if order else {}
    answer = found_by(exchange)
    if answer is None:
        return LookupAnswer(None, (), effects, disputes)
    rows = [_status_row(_held_status(exchange, changes, effects), answer.Status)]
    rows += _value_rows(exchange, order, answer)
    return LookupAnswer(answer, rows, effects, disputes)


def _held_status(
    exchange: Exchange, changes: Sequence[Change], effects: Sequence[Change]
) -> Status | None:
    if effects:
        return _status(effects[0].from_status)
    end = exchange.answered_at or exchange.asked_at
    earlier = [change for change in changes if change.recorded_at <= end]
    if not earlier:
        return None
    # A conflict keeps the claim: what it went to is only what was heard.
    last = earlier[-1]
    return _status(last.from_status if last.effect is Effect.CONFLICT else last.to_status)


def _status(value: str) -> Status | None:
    return Status(value) if value in set(Status) else None


def _status_row(held: Status | None, said: Status) -> Row:
    return Row("Status", held, said, relation(held, said) if held else None)


def _value_rows(exchange: Exchange, order: Order | None, answer: SearchAnswer) -> Iterator[Row]:
    held = _held_values(exchange, order)
    yield Row("ProcessDate", None, _moment(answer.ProcessDate), None)
    for name in ("Amount", "Tax", "AccessID", "ClientField1", "ClientField2", "ClientField3"):
        said = getattr(answer, name)
        yield _row(name, held.get(name), "" if said is None else said)
    for name in ("Currency", "PayType", "NetCashPayType"):
        yield Row(name, None, getattr(answer, name), None)


def _held_values(exchange: Exchange, order: Order | None) -> dict[str, Value]:
    """What we had sent. Of an order that we did not register: nothing to compare with."""
    if order is None or order.amount is None:
        return {}
    held: dict[str, Value] = {
        "Amount": order.amount,
        "Tax": order.tax or 0,
        "AccessID": order.access_id,
    }
    # The client fields go to the gateway with ExecTran, not before.
    if order.executed_at and order.executed_at <= exchange.asked_at:
        fields = (order.client_field1, order.client_field2, order.client_field3)
        for number, text in enumerate(fields, 1):
            held[f"ClientField{number}"] = normalise(text or "")
    return held


def _row(parameter: str, held: Value, said: Value) -> Row:
    if held is None:
        return Row(parameter, None, said, None)
    return Row(parameter, held, said, Relation.AGREES if held == said else Relation.CONTRADICTS)


def _moment(stamp: str) -> datetime | str:
    try:
        return parse_jst_stamp(stamp)
    except NotAStamp:
        return stamp
