"""A process that is killed at any moment: nothing left us that is not written down."""

from __future__ import annotations

import asyncio
import random
import sys

import pytest
from sqlmodel import select

from app.desk.gateway_calls.send import close_interrupted
from app.protocol.wire import split_form
from app.records.exchanges import WAITING, Exchange
from app.records.orders import Order
from tests.conftest import SECRET_KEY
from tests.desk.conftest import Stage, entered
from tests.rawserver import raw_server

pytestmark = pytest.mark.anyio

# A process that opens and registers order after order until it is killed.
BUSY = """
import asyncio, sys
from datetime import timedelta
from app.desk.context import Actor, BackgroundTasks, Desk, DeskSettings
from app.desk.orders.transactions import Draft, open_order, register
from app.gateway import Gateway
from app.records.database import Database
from app.records.group_writer import GroupWriter
from app.records.accounts import Role
from app.records.encryption import set_key

async def main(url, shop_key, user_key, secret, start):
    set_key(secret)
    database = Database(url)
    settings = DeskSettings("http://desk.example", None, 5, timedelta(seconds=90))
    desk = Desk(database, GroupWriter(database), Gateway(5), BackgroundTasks(), settings)
    desk.writer.start()
    actor = Actor(user_key, "", Role.OPERATOR, "")
    for number in range(int(start), int(start) + 1000):
        typed = ("B%d" % number, "1000", "", "https://shop.example/return")
        order, _ = open_order(desk, actor, Draft(shop_key, "f%d" % number, *typed))
        await register(desk, actor, order.id)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.sqlite_will_do
@pytest.mark.parametrize("rounds", [1, pytest.param(40, marks=pytest.mark.soak)])
async def test_whatever_reached_the_gateway_is_an_exchange_after_the_restart(
    any_stage: Stage, rounds: int
) -> None:
    database = any_stage.desk.database
    url = database.engine.url.render_as_string(hide_password=False)
    arguments = [url, any_stage.shop.id, any_stage.actor.user_key, SECRET_KEY]
    async with raw_server(0.02, entered()) as server:
        any_stage.moves_to(server.url)
        for number in range(rounds):
            server.asked.clear()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", BUSY, *arguments, str(number * 1000)
            )
            await asyncio.wait_for(server.asked.wait(), 60)
            await asyncio.sleep(random.uniform(0, 0.2))
            process.kill()
            await process.wait()
            close_interrupted(any_stage.desk)

    with database.reading() as session:
        exchanges = session.exec(select(Exchange)).all()
        orders = session.exec(select(Order)).all()
    reached = [dict(split_form(raw.split(b"\r\n\r\n", 1)[1])) for raw in server.requests]
    numbers = [request[b"OrderID"].decode() for request in reached]
    assert len(set(numbers)) == len(numbers), "each order is sent once"
    assert set(numbers) <= {exchange.order_id for exchange in exchanges}
    assert not [exchange for exchange in exchanges if exchange.outcome == WAITING]
    assert not [order for order in orders if order.open_exchange]
