"""Which orders are asked about: to the microsecond, and to the day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.records.database import Database
from app.records.due import due_orders, reported_orders
from app.records.orders import Conflict, Order, Origin
from app.records.shops import Environment, Shop

NOW = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
KEEP, TICK = timedelta(days=30), timedelta(microseconds=1)


def kept(database: Database, *orders: dict[str, Any]) -> list[str]:
    """The keys of these orders of one shop of the test environment."""
    shop = Shop(shop_id="tshop00000001", environment=Environment.TEST, name="", password="p1")
    base: dict[str, Any] = {"shop_key": shop.id, "environment": Environment.TEST, "created_at": NOW}
    rows = [Order(**(base | {"order_id": f"A{n}"} | one)) for n, one in enumerate(orders)]
    with database.writing() as session:
        session.add(shop)
        session.flush()
        session.add_all(rows)
    return [row.id for row in rows]


@pytest.mark.parametrize(
    ("order", "asked"),
    [
        ({"lookup_due_at": NOW}, True),
        ({"lookup_due_at": NOW + TICK}, False),
        ({"lookup_due_at": None}, False),
        ({"lookup_due_at": NOW, "open_exchange": "some call"}, False),
        ({"lookup_due_at": NOW, "environment": Environment.PRODUCTION}, False),
        ({"lookup_due_at": NOW, "created_at": NOW - KEEP}, True),
        ({"lookup_due_at": NOW, "created_at": NOW - KEEP - TICK}, False),
        ({"lookup_due_at": NOW, "created_at": NOW - 2 * KEEP, "executed_at": NOW - KEEP}, True),
        # Whatever the status: when to ask is in the time alone.
        ({"lookup_due_at": NOW, "status": "UNPROCESSED", "conflict": Conflict.STATUS}, True),
    ],
)
def test_an_order_is_asked_about_from_when_its_lookup_is_due_for_thirty_days(
    any_database: Database, order: dict[str, Any], asked: bool
) -> None:
    keys = kept(any_database, order)
    with any_database.reading() as session:
        found = due_orders(session, Environment.TEST, NOW, KEEP, limit=5)
    assert list(found) == (keys if asked else [])


def test_the_longest_due_come_first(database: Database) -> None:
    late, later, latest = ({"lookup_due_at": NOW - number * TICK} for number in range(3))
    keys = kept(database, late, later, latest)
    with database.reading() as session:
        found = due_orders(session, Environment.TEST, NOW, KEEP, limit=2)
    assert list(found) == [keys[2], keys[1]]


@pytest.mark.parametrize(
    ("order", "concerned"),
    [
        ({"status": "PAYSUCCESS"}, True),
        ({"status": "PAYSUCCESS", "confirmed_at": NOW}, False),
        ({"status": "PAYFAIL"}, False),
        ({"status": "PAYFAIL", "conflict": Conflict.STATUS}, True),
        ({"origin": Origin.CALLBACK}, True),
        ({"origin": Origin.CALLBACK, "status_at": NOW}, False),
        ({"status": "PAYSUCCESS", "created_at": NOW - KEEP}, True),
        ({"status": "PAYSUCCESS", "created_at": NOW - KEEP - TICK}, False),
    ],
)
def test_a_policy_concerns_what_callbacks_may_be_alone_in_saying(
    database: Database, order: dict[str, Any], concerned: bool
) -> None:
    keys = kept(database, order)
    with database.reading() as session:
        shop_key = session.get_one(Order, keys[0]).shop_key
        found = reported_orders(session, shop_key, "", NOW - KEEP, limit=5)
        assert list(found) == (keys if concerned else [])
        assert not reported_orders(session, "another shop", "", NOW - KEEP, limit=5)
        assert not reported_orders(session, shop_key, keys[0], NOW - KEEP, limit=5)
