"""Families: one customer's tries, found from each of them, and two of them paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.clock import now
from app.records.attention import Kind, kind_of, most_urgent, number_in_attention
from app.records.database import Database
from app.records.derived_columns import NOT_FILED
from app.records.families import SEEN, base_of, families_of, mark_double_payments
from app.records.order_search import file_waiting
from app.records.orders import ORDERS, Order, locked_order
from app.records.shops import Environment, Shop

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
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
        found = session.exec(select(Order.id).where(Order.order_id == order_id))
        return found.first() is not None


def worked_out(database: Database, order: Order) -> str:
    with database.reading() as session:
        query = sqlalchemy.select(ORDERS.family).where(ORDERS.id == order.id)
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
    """The orders that need a person because another of their family was paid before."""
    with database.writing() as session:
        while file_waiting(session, 2):
            pass
    with database.reading() as session:
        orders = most_urgent(session, TEST, now(), 10)
        assert number_in_attention(session, TEST, now()) == len(orders)
        assert all(kind_of(order, now()) is Kind.DOUBLE_PAYMENT for order in orders)
        return [order.order_id for order in orders]


def change(database: Database, order_id: str, **values: object) -> None:
    with database.writing() as session:
        order = session.exec(select(Order).where(Order.order_id == order_id)).one()
        for name, value in (values | {"filed": NOT_FILED}).items():
            setattr(order, name, value)


def test_what_is_paid_after_another_of_its_family_needs_a_person(
    add: Add, any_database: Database
) -> None:
    add("A1001", "PAYSUCCESS")
    add("A1001-1", "PAYFAIL")
    add("B1", "PAYFAIL")
    add("B1-1", "PAYSUCCESS")
    add("B1-2")
    add("B1-3", "PAYSUCCESS", shop="B")
    assert paid_twice(any_database) == []
    add("A1001-2", "PAYSUCCESS")
    assert paid_twice(any_database) == ["A1001-2"]
    change(any_database, "B1-2", status="PAYSUCCESS")
    assert paid_twice(any_database) == ["A1001-2", "B1-2"]
    # Whichever of the two is paid first, the later one is listed.
    change(any_database, "A1001", status="EXPIRED")
    assert paid_twice(any_database) == ["B1-2"]


def test_what_somebody_has_seen_to_stays_off_the_list(add: Add, any_database: Database) -> None:
    add("A1001", "PAYSUCCESS")
    add("A1001-1", "PAYSUCCESS")
    assert paid_twice(any_database) == ["A1001-1"]
    change(any_database, "A1001-1", double_payment=SEEN)
    assert paid_twice(any_database) == []
    add("A1001-2", "PAYSUCCESS")
    assert paid_twice(any_database) == ["A1001-2"]


def test_a_member_that_somebody_else_holds_is_marked_later(
    add: Add, any_database: Database
) -> None:
    if any_database.is_sqlite:
        return  # there is one writer at a time
    add("A1001", "PAYSUCCESS")
    later = add("A1001-1", "PAYSUCCESS")
    numbers = {(later.shop_key, "A1001")}
    with any_database.writing() as holder, any_database.writing() as session:
        locked_order(holder, later.id)
        assert not mark_double_payments(session, numbers)
    assert paid_twice(any_database) == ["A1001-1"]
