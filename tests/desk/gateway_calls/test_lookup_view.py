"""A lookup's answer beside what was held, which is read from the history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clock import now
from app.desk.gateway_calls.lookup_view import LookupAnswer, lookup_answer
from app.gateway import Outcome
from app.protocol.messages import Call
from app.protocol.statuses import Relation
from app.protocol.wire import encode_answer
from app.records.changes import Change, Effect
from app.records.database import Database
from app.records.exchanges import Exchange
from app.records.orders import Order, Source
from app.records.shops import Environment, Shop

ANSWER = {
    "Status": "REQSUCCESS",
    "ProcessDate": "20261124140322",
    "AccessID": "a" * 32,
    "AccessPass": "b" * 32,
    "Amount": "1000",
    "Tax": "0",
    "Currency": "JPN",
    "ClientField1": "予約～",
    "PayType": "16",
    "NetCashPayType": "NETCASH",
}
SHOP = Shop(shop_id="tshop00000001", environment=Environment.SANDBOX, name="S", password="p")


def an_order(**values: Any) -> Order:
    usual: dict[str, Any] = {"amount": 1000, "access_id": "a" * 32, "client_field1": "予約〜"}
    fixed: dict[str, Any] = {"shop_key": SHOP.id, "environment": SHOP.environment, "order_id": "A1"}
    return Order(**(fixed | usual | values))


def an_exchange(order: Order | None, **said: str) -> Exchange:
    return Exchange(
        shop_key=SHOP.id,
        environment=SHOP.environment,
        order_key=order.id if order else None,
        call=Call.SEARCH,
        order_id="A1",
        url="",
        request=b"",
        owner="tests",
        outcome=Outcome.ANSWERED,
        answered_at=now(),
        answer=encode_answer(list((ANSWER | said).items())),
    )


def a_change(order: Order, effect: Effect, before: str, after: str, **values: Any) -> Change:
    return Change(order_key=order.id, effect=effect, from_status=before, to_status=after, **values)


def said_by(
    database: Database, exchange: Exchange, order: Order | None = None, *changes: Change
) -> LookupAnswer:
    with database.writing() as session:
        for row in filter(None, (Shop(**SHOP.model_dump()), order, exchange, *changes)):
            session.add(row)
            session.flush()
        return lookup_answer(session, exchange, order)


def relations(said: LookupAnswer) -> dict[str, Relation | None]:
    return {row.parameter: row.relation for row in said.rows}


@pytest.mark.parametrize(
    ("effect", "before", "after", "stands"),
    [
        (Effect.MOVED, "UNPROCESSED", "REQSUCCESS", Relation.AGREES),
        (Effect.MOVED, "unknown", "UNPROCESSED", Relation.FURTHER),
        (Effect.MOVED, "REQSUCCESS", "PAYSUCCESS", Relation.LAGS),
        (Effect.WENT_UNKNOWN, "UNPROCESSED", "unknown", None),
        # A conflict keeps the claim, whatever was heard.
        (Effect.CONFLICT, "REQSUCCESS", "PAYFAIL", Relation.AGREES),
    ],
)
def test_the_status_is_held_against_the_last_change_before_the_answer(
    database: Database, effect: Effect, before: str, after: str, stands: Relation | None
) -> None:
    order = an_order()
    change = a_change(order, effect, before, after, recorded_at=now() - timedelta(seconds=1))
    later = a_change(
        order, Effect.MOVED, after, "EXPIRED", recorded_at=now() + timedelta(minutes=1)
    )
    said = said_by(database, an_exchange(order), order, change, later)
    assert relations(said)["Status"] is stands
    assert said.effects == []


def test_what_the_answer_itself_moved_is_held_against_what_was_there_before(
    database: Database,
) -> None:
    order = an_order()
    exchange = an_exchange(order)
    moved = a_change(
        order,
        Effect.MOVED,
        "UNPROCESSED",
        "REQSUCCESS",
        exchange_key=exchange.id,
        source=Source.LOOKUP,
    )
    said = said_by(database, exchange, order, moved)
    assert relations(said)["Status"] is Relation.FURTHER
    assert said.effects == [moved]


def test_each_value_is_held_against_what_we_sent(database: Database) -> None:
    order = an_order(executed_at=now(), tax=30)
    found = relations(said_by(database, an_exchange(order, AccessID="c" * 32), order))
    assert found["Amount"] is Relation.AGREES
    assert found["Tax"] is Relation.CONTRADICTS
    assert found["AccessID"] is Relation.CONTRADICTS
    assert found["ClientField1"] is Relation.AGREES
    assert found["Currency"] is None


def test_a_client_field_that_was_not_sent_yet_is_not_missed(database: Database) -> None:
    order = an_order(executed_at=None)
    assert relations(said_by(database, an_exchange(order), order))["ClientField1"] is None


@pytest.mark.parametrize("order", [an_order(amount=None), None], ids=["met", "unknown"])
def test_of_an_order_that_is_not_ours_nothing_is_held(
    database: Database, order: Order | None
) -> None:
    assert set(relations(said_by(database, an_exchange(order), order)).values()) == {None}


@pytest.mark.parametrize("raw", [None, b"", b"<html>", b"ErrCode=M01&ErrInfo=M01004002"])
def test_without_a_usable_answer_there_are_no_rows(database: Database, raw: bytes | None) -> None:
    exchange = an_exchange(None)
    exchange.answer = raw
    said = said_by(database, exchange)
    assert (said.answer, list(said.rows)) == (None, [])
