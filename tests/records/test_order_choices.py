"""A choice of orders finds the same whether few fit it or many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.clock import now
from app.records import order_choices, order_lists
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.keys import key_at
from app.records.order_finding import Sought
from app.records.order_lists import OrderFilter, SortBy, orders_page
from app.records.order_search import file_waiting
from app.records.orders import Conflict, Order
from app.records.paging import Place
from app.records.shops import Environment
from tests.desk.callbacks.cast import a_shop

SANDBOX = Environment.SANDBOX

CHOICES = {
    OrderFilter(SANDBOX, tag="late"): "0124",
    OrderFilter(SANDBOX, tag="conflict"): "15",
    OrderFilter(SANDBOX, tag="import"): "",
    OrderFilter(SANDBOX, yen_from=200, yen_to=400): "123",
    OrderFilter(SANDBOX, yen_from=500): "45",
    OrderFilter(SANDBOX, yen_to=200, tag="late"): "01",
    OrderFilter(SANDBOX, yen_to=200, sort=SortBy.AMOUNT, descending=False): "01",
    OrderFilter(SANDBOX, words=(Sought("a1"),), sort=SortBy.AMOUNT): "012345",
    OrderFilter(SANDBOX, words=(Sought("a12"),), sort=SortBy.ORDER): "2",
}


def found(session: Session, wanted: OrderFilter) -> Sequence[str]:
    return sorted(order.order_id[-1] for order in orders_page(session, wanted, Place()).rows)


@pytest.mark.parametrize("few", [2_000, 0])
def test_few_and_many_find_the_same(
    any_database: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(order_choices, "FEW", few)
    monkeypatch.setattr(order_choices, "FEW_BEAR", few)
    monkeypatch.setattr(order_lists, "FEW", few)
    with any_database.writing() as session:
        session.add(shop := a_shop())
        session.flush()
        for place, tags in enumerate(("late", "conflict late", "late copy", "", "late", "")):
            at = now() - timedelta(minutes=place)
            order = Order(shop_key=shop.id, environment=SANDBOX, order_id=f"A1{place}")
            order.id = key_at(at)
            order.amount = 100 * (place + 1)
            order.conflict = Conflict.STATUS if place == 5 else None
            session.add(order)
            session.flush()
            for borne in (tags, "duplicate", tags):
                session.add(Callback(body=b"", order_key=order.id, tags=borne))
        session.flush()
        file_waiting(session, 10)
    with any_database.reading() as session:
        for wanted, expected in CHOICES.items():
            assert "".join(found(session, wanted)) == expected, wanted
