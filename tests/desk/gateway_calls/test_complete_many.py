"""Many lookups completed at once come to what each would have come to by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from app.clock import now
from app.desk.gateway_calls.complete_many import Answered, complete_all
from app.desk.gateway_calls.outgoing import OutgoingCall, record_call
from app.desk.gateway_calls.send import complete
from app.gateway import INTERRUPTED, Outcome, Reply
from app.protocol.messages import Call, ErrorAnswer, SearchRequest, read_answer
from app.records.book import BookEntry
from app.records.changes import Change
from app.records.exchanges import Exchange
from app.records.orders import Conflict, Order, Origin, Source
from tests.desk.conftest import PASSWORD, Stage, found

pytestmark = pytest.mark.anyio

SETTLE = timedelta(seconds=90)


def answered(response: bytes) -> Reply:
    body = response.rpartition(b"\r\n\r\n")[2]
    return Reply(Outcome.ANSWERED, body, 200, 12, None, read_answer(Call.SEARCH, body))


def refused(code: str) -> Reply:
    return Reply(Outcome.PROTOCOL_ERROR, b"ErrCode", 200, 12, None, ErrorAnswer((code,)))


MISSING, LATER = refused("M01004002"), refused("E92000001")
SILENT = Reply(Outcome.NO_ANSWER, detail="timeout")
UNSENT = Reply(Outcome.NOT_SENT, detail="connection-failed")
ON = datetime(2026, 1, 10, 3, tzinfo=now().tzinfo)


def _made(**values: Any) -> Callable[[str], Order]:
    return lambda number: Order(order_id=number, created_at=ON, **values)


OURS = {"amount": 1000, "tax": 80, "access_id": "a" * 32, "access_pass": "b" * 32}
REQUESTED = {"status": "REQSUCCESS", "source": Source.EXEC, "status_at": ON, "executed_at": ON}
SITUATIONS: Mapping[str, Callable[[str], Order] | None] = {
    "none": None,
    "entered": _made(**OURS, status="UNPROCESSED", source=Source.ENTRY, status_at=ON),
    "requested": _made(**OURS, **REQUESTED),
    "paid": _made(
        **OURS, status="PAYSUCCESS", source=Source.CALLBACK, status_at=ON, executed_at=ON
    ),
    "silent": _made(amount=1000, tax=80, source=Source.ENTRY, status_at=ON),
    "disputed": _made(**OURS, **REQUESTED, conflict=Conflict.STATUS, conflict_at=ON),
    "first met": _made(origin=Origin.CALLBACK),
    "looked up": _made(
        origin=Origin.LOOKUP, status="REQSUCCESS", source=Source.LOOKUP, status_at=ON
    ),
}
REPLIES: Mapping[str, Reply] = {
    "paid": answered(found("PAYSUCCESS")),
    "entered": answered(found("UNPROCESSED")),
    "waits": answered(found("REQSUCCESS")),
    "another amount": answered(found("PAYSUCCESS", amount=999)),
    "missing": MISSING,
    "later": LATER,
    "silent": SILENT,
    "unsent": UNSENT,
    "interrupted": INTERRUPTED,
}
FREE_TO_DIFFER = {
    *("id", "order_id", "order_key", "exchange_key", "shop_key", "lookup_due_at", "form_key"),
    *("request", "asked_at", "answered_at", "recorded_at", "created_at", "spoken_at"),
    *("status_at", "confirmed_at", "conflict_at", "open_exchange"),
}


def asked(stage: Stage, prefix: str) -> list[tuple[Exchange, Reply]]:
    """Each answer, on its way to an order in each situation."""
    lookups: list[tuple[Exchange, Reply]] = []
    with stage.desk.database.writing() as session:
        for situation, make in SITUATIONS.items():
            for name, reply in REPLIES.items():
                number = f"{prefix}-{len(lookups):02d}"
                order = make(number) if make else None
                if order is not None:
                    order.shop_key, order.environment = stage.shop.id, stage.shop.environment
                    session.add(order)
                    session.flush()
                if situation == "silent":
                    session.add(_silent_entry(stage, order))
                if situation == "none" and name == "paid":
                    session.add(BookEntry(shop_key=stage.shop.id, order_id=number, amount=1080))
                message = SearchRequest(
                    ShopID=stage.shop.shop_id, ShopPass=PASSWORD, OrderID=number
                )
                call = OutgoingCall(stage.shop, order, message, None)
                lookups.append((record_call(session, stage.desk, call), reply))
    return lookups


def _silent_entry(stage: Stage, order: Order | None) -> Exchange:
    assert order is not None
    return Exchange(
        shop_key=stage.shop.id,
        order_key=order.id,
        environment=stage.shop.environment,
        call=Call.ENTRY,
        order_id=order.order_id,
        url="http://gateway.example",
        request=b"",
        owner="",
        asked_at=ON,
        outcome=Outcome.NO_ANSWER,
    )


def told(stage: Stage, prefix: str) -> Sequence[Any]:
    """All that is in the tables; of what is each one's own only that it is there."""
    with stage.desk.database.reading() as session:
        return [
            (_facts(exchange), _facts(order), [*map(_facts, _changes(session, order))])
            for exchange in session.exec(
                select(Exchange).where(Exchange.call == Call.SEARCH).order_by(Exchange.order_id)
            )
            if exchange.order_id.startswith(prefix)
            for order in [session.get(Order, exchange.order_key) if exchange.order_key else None]
        ]


def _changes(session: Session, order: Order | None) -> Sequence[Change]:
    key = order.id if order else None
    return session.exec(select(Change).where(Change.order_key == key).order_by(Change.id)).all()


def _facts(row: SQLModel | None) -> Mapping[str, Any] | None:
    if row is None:
        return None
    values = row.model_dump()
    return {
        name: value is not None if name in FREE_TO_DIFFER else value
        for name, value in values.items()
    }


async def test_together_they_come_to_what_each_comes_to_by_itself(any_stage: Stage) -> None:
    one_by_one, together = asked(any_stage, "A"), asked(any_stage, "B")
    for exchange, reply in one_by_one:
        with any_stage.desk.database.writing() as session:
            complete(session, exchange.id, reply, SETTLE)
    with any_stage.desk.database.writing() as session:
        complete_all(session, [Answered(*one) for one in together], SETTLE)
    alone, among = told(any_stage, "A"), told(any_stage, "B")
    assert len(alone) == len(SITUATIONS) * len(REPLIES)
    for each, other in zip(alone, among, strict=True):
        assert each == other


async def test_an_answer_counts_once(stage: Stage) -> None:
    lookups = [Answered(*one) for one in asked(stage, "A")]
    for _ in range(2):
        with stage.desk.database.writing() as session:
            complete_all(session, lookups, SETTLE)
    with stage.desk.database.reading() as session:
        effects = session.exec(select(Change.exchange_key, Change.effect)).all()
    assert len(effects) == len({*effects})
