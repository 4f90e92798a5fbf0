"""Orders get into the search by themselves, however they were written, and nobody waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import now
from app.desk.callbacks.limits import RUSH
from app.desk.orders.filing import LOOK_EVERY, OrderFiler, Traffic, traffic_of
from app.desk.retention.policy import FIRST_STEP, LONGEST
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.derived_columns import SPOKEN_OF, TO_BE_COUNTED
from app.records.keys import key_at
from app.records.order_search import number_waiting
from app.records.orders import Order
from app.records.search_fold import VERSION
from app.records.shops import Environment, Shop
from tests.desk.conftest import Stage, found

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that goes on by as much with each look."""

    def __init__(self, step: float) -> None:
        self.at, self.step = 0.0, step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


def add_orders(database: Database, number: int) -> None:
    with database.writing() as session:
        shop = Shop(shop_id="S", environment=Environment.TEST, name="", password="s")
        session.add(shop)
        session.flush()
        for one in range(number):
            order = Order(shop_key=shop.id, environment=Environment.TEST, order_id=f"A{one}")
            session.add(order)


def add_callbacks(database: Database, number: int, age: timedelta, *, judged: bool = True) -> None:
    at = now() - age
    with database.writing() as session:
        for one in range(number):
            key = key_at(at + timedelta(milliseconds=one))
            row = Callback(id=key, body=b"", received_at=at, judged_at=at if judged else None)
            session.add(row)


def waiting(database: Database) -> int:
    with database.reading() as session:
        return number_waiting(session, 10_000)


def traffic(database: Database) -> Traffic:
    with database.reading() as session:
        return traffic_of(session)


async def test_the_job_files_step_after_step_and_rests_as_long_as_each_took(
    database: Database,
) -> None:
    add_orders(database, FIRST_STEP + 5)
    filer = OrderFiler(database, Clock(0.01))
    assert await filer.tick() == FIRST_STEP
    assert filer.pause() == pytest.approx(0.01)
    assert await filer.tick() == 5
    assert await filer.tick() == 0
    assert filer.pause() == LOOK_EVERY
    assert waiting(database) == 0


async def test_a_step_that_took_too_long_is_followed_by_a_smaller_one(database: Database) -> None:
    add_orders(database, 2 * FIRST_STEP)
    filer = OrderFiler(database, Clock(2 * LONGEST))
    assert await filer.tick() == FIRST_STEP
    assert await filer.tick() == FIRST_STEP // 4


async def test_the_job_gives_way_to_results_and_still_goes_on(database: Database) -> None:
    add_orders(database, 10 * FIRST_STEP)
    filer, pauses = OrderFiler(database, Clock(0.02)), []
    for arriving in (0, 1, RUSH):
        # From the future: however slow the machine, they have only just arrived.
        add_callbacks(database, arriving, -timedelta(hours=1))
        assert await filer.tick() > 0
        pauses.append(filer.pause())
    assert pauses == [pytest.approx(0.02 * one.value) for one in Traffic]
    assert pauses[0] < pauses[1] < pauses[2] < 10


@pytest.mark.parametrize(
    ("number", "age", "judged", "expected"),
    [
        (0, 0, True, Traffic.QUIET),
        (1, 60, True, Traffic.QUIET),
        (1, 60, False, Traffic.CALLBACKS),
        (60, 60, False, Traffic.RUSH),
    ],
)
def test_what_waits_to_be_judged_counts_as_arriving(
    database: Database, number: int, age: int, judged: bool, expected: Traffic
) -> None:
    add_callbacks(database, number, timedelta(seconds=age), judged=judged)
    assert traffic(database) is expected


async def test_an_order_made_by_hand_is_filed_with_it_and_no_call_files_it_again(
    stage: Stage,
) -> None:
    order = stage.open(ClientField2="能勢")
    called = await stage.requested(OrderID="A1002")
    assert waiting(stage.desk.database) == 0
    assert (stage.order(order).filed, called.filed) == (TO_BE_COUNTED, TO_BE_COUNTED)
    await OrderFiler(stage.desk.database).tick()
    assert (stage.order(order).filed, stage.order(called).filed) == (VERSION, VERSION)


async def test_what_a_source_says_of_an_order_is_filed_anew_before_new_orders(
    stage: Stage,
) -> None:
    order = await stage.look_up(await stage.requested(), found("PAYSUCCESS"))
    assert order.filed == SPOKEN_OF
    add_orders(stage.desk.database, FIRST_STEP)
    await OrderFiler(stage.desk.database).tick()
    assert stage.order(order).filed == VERSION
