"""What needs a person: one definition, in a query and in hand, and an index of nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select, text

from app.records.attention import (
    Kind,
    kind_of,
    most_urgent,
    needs_attention,
    number_in_attention,
)
from app.records.database import Database
from app.records.order_lists import OrderFilter, orders_page
from app.records.orders import Conflict, Order, Origin, Source
from app.records.paging import Place
from app.records.shops import Environment, Shop

QUIET = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SANDBOX = Environment.SANDBOX

STATUSES = ("unknown", "REQSUCCESS", "PAYSUCCESS", "PAYFAIL")
CONFLICTS = (None, Conflict.AMOUNT)
SOURCES = (None, Source.ENTRY, Source.EXEC, Source.LOOKUP)
ORIGINS = (Origin.CREATED, Origin.CALLBACK)
CLAIMED = (None, QUIET)
CAME = (None, QUIET, QUIET + 2 * TICK)
SPOKEN = (None, QUIET - TICK, QUIET, QUIET + TICK)


def every_order() -> list[Order]:
    """One order for each way in which a row may differ as far as attention goes."""
    states = product(STATUSES, CONFLICTS, SOURCES, ORIGINS, CLAIMED, CAME, SPOKEN)
    return [
        Order(
            shop_key="shop",
            environment=SANDBOX,
            order_id=f"A{number}",
            status=status,
            conflict=conflict,
            source=source,
            origin=origin,
            status_at=claimed,
            unproven_results=1 if came else 0,
            unproven_at=came,
            spoken_at=spoken,
        )
        for number, (status, conflict, source, origin, claimed, came, spoken) in enumerate(states)
    ]


def kept(database: Database, *orders: Order) -> None:
    with database.writing() as session:
        shop = Shop(id="shop", shop_id="tshop00000001", environment=SANDBOX, name="", password="p")
        session.add(shop)
        session.flush()
        session.add_all(orders)


def an_order(number: str, **values: Any) -> Order:
    return Order(shop_key="shop", environment=SANDBOX, order_id=number, **values)


def test_a_query_and_a_row_in_hand_say_the_same_of_every_order(any_database: Database) -> None:
    orders = every_order()
    for double in ("open", "seen"):
        spoken = {"status": "PAYSUCCESS", "spoken_at": QUIET + TICK}
        orders.append(an_order(double, double_payment=double, **spoken))
    expected = {order.order_id for order in orders if kind_of(order, QUIET)}
    kept(any_database, *orders)
    with any_database.reading() as session:
        found = session.exec(select(Order.order_id).where(needs_attention(QUIET))).all()
        assert number_in_attention(session, SANDBOX, QUIET) == len(expected)
        shown = most_urgent(session, SANDBOX, QUIET, len(orders))
    assert set(found) == expected
    assert {order.order_id for order in shown} == expected


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"status": "REQSUCCESS"}, None),
        ({"status": "REQSUCCESS", "conflict": Conflict.STATUS}, Kind.CONFLICT),
        ({"status": "PAYSUCCESS", "double_payment": "open"}, Kind.DOUBLE_PAYMENT),
        ({"status": "PAYSUCCESS", "double_payment": "seen"}, None),
        ({"status": "unknown"}, None),
        ({"status": "unknown", "source": Source.EXEC}, Kind.UNANSWERED),
        ({"status": "unknown", "origin": Origin.CALLBACK}, Kind.FIRST_MET),
        # A lookup has said that the unanswered call never arrived.
        ({"status": "unknown", "source": Source.LOOKUP, "status_at": QUIET}, None),
        ({"status": "REQSUCCESS", "unproven_at": QUIET}, Kind.UNPROVEN),
        ({"status": "unknown", "source": Source.EXEC, "unproven_at": QUIET}, Kind.UNPROVEN),
        ({"status": "PAYSUCCESS", "unproven_at": QUIET}, None),
        ({"status": "PAYFAIL", "unproven_at": QUIET}, Kind.UNPROVEN),
        ({"status": "REQSUCCESS", "unproven_at": QUIET, "spoken_at": QUIET}, None),
        ({"status": "REQSUCCESS", "unproven_at": QUIET, "spoken_at": QUIET - TICK}, Kind.UNPROVEN),
        # Spoken of a moment ago: what came since has to wait.
        (
            {"status": "REQSUCCESS", "unproven_at": QUIET + 2 * TICK, "spoken_at": QUIET + TICK},
            None,
        ),
    ],
)
def test_each_kind_has_its_reason(values: dict[str, Any], kind: Kind | None) -> None:
    assert kind_of(an_order("A1", **values), QUIET) is kind


def test_who_paid_twice_comes_first_and_what_nobody_knows_last(any_database: Database) -> None:
    kept(
        any_database,
        an_order("SPLIT", status="PAYSUCCESS", conflict=Conflict.STATUS),
        an_order("FORGED", status="REQSUCCESS", unproven_at=QUIET),
        an_order("TWICE", status="PAYSUCCESS", double_payment="open"),
        an_order("CALM", status="REQSUCCESS"),
        an_order("DARK", status="unknown", source=Source.EXEC),
    )
    with any_database.reading() as session:
        shown = most_urgent(session, SANDBOX, QUIET, 5)
        assert [order.order_id for order in shown] == ["TWICE", "SPLIT", "FORGED", "DARK"]
        assert [order.order_id for order in most_urgent(session, SANDBOX, QUIET, 1)] == ["TWICE"]


@pytest.mark.parametrize("question", ["figure", "list", "filter"])
def test_however_many_orders_there_are_only_the_index_of_the_few_is_read(
    any_database: Database, question: str
) -> None:
    kept(any_database, *(an_order(f"A{number}", status="PAYSUCCESS") for number in range(500)))
    statements: list[tuple[str, Any]] = []
    with any_database.writing() as session:
        # The planner goes by what it has counted.
        session.connection().execute(text("ANALYZE"))
    with any_database.reading() as session:
        event.listen(
            any_database.engine,
            "before_cursor_execute",
            lambda *call: statements.append((call[2], call[3])),
        )
        if question == "figure":
            number_in_attention(session, SANDBOX, QUIET)
        elif question == "list":
            most_urgent(session, SANDBOX, QUIET, 20)
        else:
            orders_page(session, OrderFilter(SANDBOX, attention=QUIET), Place())
        [(statement, values)] = [one for one in statements if one[0].startswith("SELECT")]
        connection = session.connection()
        verb = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = connection.exec_driver_sql(f"{verb} {statement}", values).all()
    told = "\n".join(str(row) for row in plan)
    if question == "figure":
        assert "COVERING INDEX" in told or "Index Only Scan" in told, told
    assert "ix_orders_watched" in told, told
    for other in ("ix_orders_page", "ix_orders_status", "Seq Scan", "SCAN orders\n"):
        assert other not in told, told
