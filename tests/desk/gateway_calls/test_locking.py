"""Several processes over one database: what is decided is decided by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select

from app.desk.actions import NotPossible
from app.desk.gateway_calls.send import find_or_create_order
from app.desk.orders.transactions import register
from app.protocol.messages import Call
from app.records.claims import claim_call
from app.records.exchanges import Exchange
from app.records.orders import Order, locked_order
from app.records.shops import locked_shop
from tests.desk.conftest import Stage, entered, staged

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "lock",
    [
        lambda session, order: locked_order(session, order.id),
        lambda session, order: locked_shop(session, order.shop_key),
    ],
    ids=["an order", "a shop's numbers"],
)
async def test_who_comes_second_waits_for_the_first(
    any_stage: Stage, lock: Callable[[Session, Order], Any]
) -> None:
    order, database = any_stage.open(), any_stage.desk.database

    def second() -> None:
        with database.writing() as session:
            lock(session, order)

    with database.writing() as session:
        lock(session, order)
        waiting = asyncio.create_task(asyncio.to_thread(second))
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
    await asyncio.wait_for(waiting, 60)


async def test_the_place_for_a_call_under_way_is_taken_once(any_stage: Stage) -> None:
    order = any_stage.open()
    with any_stage.desk.database.writing() as session:
        assert claim_call(session, order.id, "first")
        assert not claim_call(session, order.id, "second")
        assert session.get_one(Order, order.id).open_exchange == "first"


async def test_tabs_at_two_processes_send_it_once(any_stage: Stage) -> None:
    async with staged(any_stage.desk.database, any_stage.gateway) as other:
        order = any_stage.open()
        held = asyncio.Event()
        any_stage.says(held, entered())
        desks = [any_stage.desk, other.desk] * 4
        calls = [register(desk, any_stage.actor, order.id) for desk in desks]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(result, NotPossible) for result in results].count(True) == 7
        held.set()
        await asyncio.gather(*(one for one in results if isinstance(one, asyncio.Task)))
    assert len(any_stage.gateway.requests) == 1


async def test_an_order_met_by_several_lookups_at_once_is_met_once(any_stage: Stage) -> None:
    database, shop = any_stage.desk.database, any_stage.shop

    def meet(_: int) -> str:
        with database.writing() as session:
            exchange = Exchange(
                shop_key=shop.id,
                environment=shop.environment,
                call=Call.SEARCH,
                order_id="B1",
                url="",
                request=b"",
                owner="",
            )
            session.add(exchange)
            session.flush()
            order = find_or_create_order(session, exchange, found=True)
            assert order is not None
            return order.id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(meet, range(24)))) == 1
    with database.reading() as session:
        exchanges = session.exec(select(Exchange)).all()
        assert len({exchange.order_key for exchange in exchanges}) == 1
