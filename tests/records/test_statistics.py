"""Counts and short lists, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clock import now
from app.protocol.messages import Call
from app.records.database import Database
from app.records.exchanges import Exchange, ExchangeFilter, exchanges_page, outcomes_since
from app.records.keys import key_at
from app.records.orders import Conflict, Order, Source
from app.records.paging import Place
from app.records.shops import Environment, Shop
from app.records.statistics import Tally, tallies

SANDBOX = Environment.SANDBOX


@pytest.fixture
def shop(any_database: Database) -> Shop:
    with any_database.writing() as session:
        shop = Shop(shop_id="tshop00000001", environment=SANDBOX, name="S", password="p")
        session.add(shop)
        return shop


def orders(database: Database, shop: Shop, *rows: dict[str, Any]) -> None:
    usual: dict[str, Any] = {
        "shop_key": shop.id,
        "environment": SANDBOX,
        "amount": 1000,
        "source": Source.EXEC,
    }
    with database.writing() as session:
        session.add_all(
            Order(order_id=f"A{number}", **(usual | values)) for number, values in enumerate(rows)
        )


def test_orders_are_counted_by_status_with_confirmed_money_apart(
    any_database: Database, shop: Shop
) -> None:
    paid: dict[str, Any] = {"status": "PAYSUCCESS"}
    yesterday = now() - timedelta(days=1)
    orders(
        any_database,
        shop,
        paid | {"confirmed_at": now(), "tax": 50},
        paid | {"confirmed_at": now()},
        paid | {"confirmed_at": now(), "conflict": Conflict.AMOUNT},
        paid,
        {"status": "PAYFAIL", "amount": None},
        paid | {"id": key_at(yesterday), "confirmed_at": yesterday},
    )
    with any_database.reading() as session:
        assert sorted(tallies(session, SANDBOX, now() - timedelta(hours=1))) == [
            Tally("PAYFAIL", False, 1, 0),
            Tally("PAYSUCCESS", False, 2, 2000),
            Tally("PAYSUCCESS", True, 2, 2050),
        ]
        assert tallies(session, Environment.TEST, yesterday) == []


def exchange(shop: Shop, order_id: str, **values: Any) -> Exchange:
    fixed: dict[str, Any] = {"shop_key": shop.id, "environment": SANDBOX, "call": Call.ENTRY}
    return Exchange(order_id=order_id, url="", request=b"x", owner="tests", **(fixed | values))


def test_a_prefix_finds_what_begins_with_it_in_the_very_same_letters(
    any_database: Database, shop: Shop
) -> None:
    numbers = ("A1", "A1-1", "A10", "a1", "A2", "B1")
    with any_database.writing() as session:
        session.add_all(exchange(shop, number) for number in numbers)
    with any_database.reading() as session:
        found = exchanges_page(session, ExchangeFilter(SANDBOX, text="A1"), Place()).rows
    assert {row.order_id for row in found} == {"A1", "A1-1", "A10"}


def test_a_span_of_time_is_a_range_of_keys(any_database: Database, shop: Shop) -> None:
    early, since = now() - timedelta(hours=2), now() - timedelta(hours=1)
    old = key_at(early)
    with any_database.writing() as session:
        session.add_all([exchange(shop, "OLD", id=old), exchange(shop, "NEW", duration_ms=7)])
    with any_database.reading() as session:
        assert outcomes_since(session, SANDBOX, since, 10) == [("waiting", 7, None)]
        assert len(outcomes_since(session, SANDBOX, early, 10)) == 2
        assert len(outcomes_since(session, SANDBOX, early, 1)) == 1
