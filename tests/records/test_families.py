"""Families: one customer's tries, found from each of them, and two of them paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.records.database import Database
from app.records.families import base_of, double_payments, families_of, is_paid_twice
from app.records.orders import ORDERS, Order
from app.records.shops import Environment, Shop
from tests.queries import plan_of

TEST = Environment.TEST
Add = Callable[..., Order]


@pytest.fixture
def add(any_database: Database) -> Add:
    """Adds an order of one shop, or of another one."""
    shops = {name: Shop(shop_id=name, environment=TEST, name="", password="s") for name in "AB"}
    with any_database.writing() as session:
        session.add_all(shops.values())

    def added(order_id: str, status: str = "REQSUCCESS", shop: str = "A") -> Order:
        order = Order(
            shop_key=shops[shop].id, environment=TEST, order_id=order_id, status=status, amount=1
        )
        with any_database.writing() as session:
            session.add(order)
        return order

    return added


@pytest.mark.parametrize(
    ("order_id", "base"),
    [
        ("A1001", "A1001"),
        ("A1001-1", "A1001"),
        ("A1001-99", "A1001"),
        ("A1001-100", "A1001-100"),
        ("A1001-0", "A1001-0"),
        ("20261124-003", "20261124-003"),
        ("20261124-003-2", "20261124-003"),
        ("A1001-1-2", "A1001-1"),
        ("A1001-tamper", "A1001-tamper"),
        ("-1", "-1"),
        ("1", "1"),
    ],
)
def test_another_try_has_a_number_behind_the_first_one(
    add: Add, any_database: Database, order_id: str, base: str
) -> None:
    assert base_of(order_id) == base
    order = add(order_id)
    assert worked_out(any_database, order) == base


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order_id=st.text("A019-", min_size=1, max_size=8))
def test_the_database_works_out_the_same_as_we(
    add: Add, any_database: Database, order_id: str
) -> None:
    order = add(order_id) if not _there(any_database, order_id) else None
    if order is not None:
        assert worked_out(any_database, order) == base_of(order_id)


def _there(database: Database, order_id: str) -> bool:
    with database.reading() as session:
        found = session.connection().execute(select(ORDERS.id).where(ORDERS.order_id == order_id))
        return found.first() is not None


def worked_out(database: Database, order: Order) -> str:
    with database.reading() as session:
        query = select(ORDERS.family).where(ORDERS.id == order.id)
        return str(session.connection().execute(query).scalar_one())


def family(database: Database, order: Order) -> list[str]:
    with database.reading() as session:
        return [one.order_id for one in families_of(session, [order]).get(order.id, ())]


def test_a_family_is_found_from_each_of_its_orders(add: Add, any_database: Database) -> None:
    tries = [add("A1001"), add("A1001-1"), add("A1001-12")]
    for other in ("A1001-100", "A1001-x", "A10011", "A1002", "A1002-1"):
        add(other)
    add("A1001-2", shop="B")
    for order in tries:
        assert family(any_database, order) == ["A1001", "A1001-1", "A1001-12"]


def test_numbers_without_the_one_they_would_try_again_are_no_family(
    add: Add, any_database: Database
) -> None:
    for order in (add("ORD-1", "PAYSUCCESS"), add("ORD-2", "PAYSUCCESS")):
        assert family(any_database, order) == []
    assert paid_twice(any_database) == []


def paid_twice(database: Database) -> list[str]:
    with database.reading() as session:
        return [order.order_id for order in double_payments(session, TEST, 10)]


def test_two_paid_of_one_family_are_found(add: Add, any_database: Database) -> None:
    add("A1001", "PAYSUCCESS")
    add("A1001-1", "PAYFAIL")
    add("B1", "PAYFAIL")
    add("B1-1", "PAYSUCCESS")
    add("B1-1", "PAYSUCCESS", shop="B")
    assert paid_twice(any_database) == []
    second = add("A1001-2", "PAYSUCCESS")
    add("B1-2", "PAYSUCCESS")
    assert paid_twice(any_database) == ["B1-2", "A1001-2"]
    with any_database.reading() as session:
        assert double_payments(session, Environment.SANDBOX, 10) == []
        assert is_paid_twice(families_of(session, [second])[second.id])


def test_double_payments_are_read_through_the_paid_tries_alone(any_database: Database) -> None:
    with any_database.reading() as session:
        plan = plan_of(session, lambda: double_payments(session, TEST, 10))
    assert "ix_orders_paid_tries" in plan
