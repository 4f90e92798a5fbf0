"""Orders get into the search by themselves, however they were written."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from app.desk.orders.filing import AT_ONCE, BATCH, OrderFiler, catch_up
from app.records.database import Database
from app.records.derived_columns import NOT_FILED
from app.records.order_search import number_waiting
from app.records.orders import Order
from app.records.search_fold import VERSION
from app.records.shops import Environment, Shop
from tests.desk.conftest import Stage, found

pytestmark = pytest.mark.anyio


def add_orders(database: Database, number: int) -> None:
    with database.writing() as session:
        shop = Shop(shop_id="S", environment=Environment.TEST, name="", password="s")
        session.add(shop)
        session.flush()
        for one in range(number):
            order = Order(shop_key=shop.id, environment=Environment.TEST, order_id=f"A{one}")
            session.add(order)


def waiting(database: Database) -> int:
    with database.reading() as session:
        return number_waiting(session, 10_000)


async def test_the_job_files_batch_after_batch_and_comes_back_soon_for_more(
    database: Database,
) -> None:
    add_orders(database, AT_ONCE + 5)
    filer = OrderFiler(database, lambda: False)
    assert await filer.tick() == AT_ONCE
    assert filer.pause() < 1
    assert await filer.tick() == 5
    assert filer.pause() >= 1
    assert waiting(database) == 0


async def test_in_a_rush_the_job_files_one_batch_and_rests(database: Database) -> None:
    add_orders(database, 2 * BATCH)
    filer = OrderFiler(database, lambda: True)
    assert await filer.tick() == BATCH
    assert filer.pause() >= 1


def test_a_search_files_what_was_just_written_and_says_what_still_waits(
    database: Database,
) -> None:
    assert catch_up(database) == 0
    add_orders(database, BATCH + 5)
    assert catch_up(database) == 5
    assert catch_up(database) == 0


def test_a_search_that_cannot_file_still_searches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OperationalError("", {}, Exception())

    add_orders(database, 5)
    monkeypatch.setattr("app.desk.orders.filing.file_waiting", full)
    assert catch_up(database) == 5


async def test_what_a_source_says_of_an_order_is_filed_anew(stage: Stage) -> None:
    order = await stage.requested()
    catch_up(stage.desk.database)
    assert stage.order(order).filed == VERSION
    await stage.look_up(order, found("PAYSUCCESS"))
    assert stage.order(order).filed == NOT_FILED
