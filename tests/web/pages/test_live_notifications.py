"""A notice has the open page of its order read again, and no other page."""

from __future__ import annotations

import time
from contextlib import closing

from sqlmodel import select

from app.records.orders import Order
from app.records.shops import Shop
from tests.conftest import Served
from tests.desk.callbacks.cast import an_order
from tests.desk.notifications.test_process import notice
from tests.waiting import until
from tests.web.pages.test_live import reading


def orders(served: Served, *order_ids: str) -> list[Order]:
    with served.app.state.desk.database.writing() as session:
        shop = session.exec(select(Shop)).one()
        rows = [an_order(shop, order_id) for order_id in order_ids]
        session.add_all(rows)
    return rows


def bring(served: Served, order_id: str) -> None:
    with served.client(None) as visitor:
        sent = notice(order_id, shop_id="tshop00000001")
        assert visitor.post("/netcash/notify", content=sent).content == b"0"


def test_a_notice_is_told_to_its_order_alone(served: Served) -> None:
    one, other = orders(served, "N2", "N3")
    address = "/live/callbacks?env=sandbox"
    with (
        closing(served.client()) as client,
        reading(client, f"{address}&order={one.id}") as its_own,
        reading(client, f"{address}&order={other.id}") as another,
        reading(client, address) as the_list,
    ):
        bring(served, "N2")
        until(lambda: its_own.notices)
        time.sleep(0.2)  # for what should not come
        assert (its_own.notices, another.notices, the_list.notices) == (1, 0, 0)
