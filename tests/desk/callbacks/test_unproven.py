"""Results that prove nothing count on the open order they name, and on nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from math import ceil
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.clock import now
from app.desk.callbacks import process_waiting, reverify
from app.desk.callbacks.limits import BATCH
from app.desk.callbacks.raw import INSERT, raw_row
from app.desk.context import Desk
from app.desk.status.unproven import is_to_be_asked, unproven_of
from app.protocol.statuses import Status
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import Order
from app.records.shops import Shop, shop_by_id
from tests.desk.callbacks.cast import SHOP, a_shop, an_order, body, bring, tampered, working

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(any_database: Database) -> AsyncIterator[Desk]:
    async with working(any_database) as desk:
        yield desk


def opened(
    desk: Desk, order_id: str = "A1", status: Status = Status.REQSUCCESS, shop_id: str = SHOP
) -> str:
    """An order that is here, by its key."""
    with desk.database.writing() as session:
        shop = shop_by_id(session, shop_id)
        assert shop is not None
        order = an_order(shop, order_id, status)
        session.add(order)
        return order.id


def opened_shop(desk: Desk, shop_id: str, password: str = "another1") -> Shop:
    with desk.database.writing() as session:
        shop = a_shop(shop_id, password)
        session.add(shop)
        return shop


def order(desk: Desk, key: str) -> Order:
    with desk.database.reading() as session:
        return session.get_one(Order, key)


def is_asked(desk: Desk, key: str) -> bool:
    return is_to_be_asked(order(desk, key), now())


UNPROVEN = {
    "altered": tampered("A1"),
    "unsigned": body("A1").split(b"&CheckString")[0],
    "of an unknown shop": body("A1", shop="someoneelse"),
    "malformed": body("A1").replace(b"Status=PAYSUCCESS", b"Status=PAID"),
    "without a shop": b"OrderID=A1&Status=PAYSUCCESS",
}


@pytest.mark.parametrize("raw", UNPROVEN.values(), ids=UNPROVEN.keys())
async def test_whatever_is_not_proven_and_names_an_open_order_is_a_reason_to_ask(
    desk: Desk, raw: bytes
) -> None:
    key = opened(desk)
    processed = await bring(desk, raw)
    assert is_asked(desk, key)
    assert order(desk, key).status == Status.REQSUCCESS
    assert processed.callback.order_key == key


async def test_a_result_of_another_shop_of_ours_counts_where_its_number_is_an_order(
    desk: Desk,
) -> None:
    opened_shop(desk, "tshop00000002")
    key = opened(desk)
    await bring(desk, body("A1", shop="tshop00000002", password="wrong"))
    assert is_asked(desk, key)


async def test_a_number_that_two_shops_have_counts_on_both_when_neither_is_named(
    desk: Desk,
) -> None:
    opened_shop(desk, "tshop00000002")
    keys = [opened(desk), opened(desk, shop_id="tshop00000002")]
    await bring(desk, body("A1", shop="someoneelse"))
    assert [is_asked(desk, key) for key in keys] == [True, True]
    await bring(desk, tampered("A1"))
    assert [order(desk, key).unproven_results for key in keys] == [2, 1]


@pytest.mark.parametrize("status", [Status.PAYSUCCESS, Status.PAYFAIL, Status.EXPIRED])
async def test_an_order_that_has_come_to_its_end_is_asked_about_no_more(
    desk: Desk, status: Status
) -> None:
    key = opened(desk, status=status)
    for raw in UNPROVEN.values():
        await bring(desk, raw)
    assert order(desk, key).unproven_results == 0
    assert not is_asked(desk, key)


async def test_a_verified_result_is_no_reason_to_doubt(desk: Desk) -> None:
    key = opened(desk)
    await bring(desk, body("A1"))
    assert order(desk, key).unproven_results == 0


async def test_a_payment_that_is_proven_after_all_needs_no_asking(desk: Desk) -> None:
    key = opened(desk)
    await bring(desk, tampered("A1"))
    await bring(desk, body("A1"))
    assert order(desk, key).status == Status.PAYSUCCESS
    assert unproven_of(order(desk, key)) is None


async def test_a_proven_failure_does_not_hide_a_success_that_is_not(desk: Desk) -> None:
    key = opened(desk)
    await bring(desk, tampered("A1"))
    await bring(desk, body("A1", Status.PAYFAIL))
    assert order(desk, key).status == Status.PAYFAIL
    assert is_asked(desk, key)


@pytest.mark.parametrize("number", ["A" * 28, "A%001", "", "A 1", "%FF"])
async def test_what_no_order_can_be_called_is_looked_for_nowhere(desk: Desk, number: str) -> None:
    key = opened(desk)
    await bring(desk, f"ShopID=nobody&OrderID={number}&Status=PAYSUCCESS".encode())
    assert order(desk, key).unproven_results == 0


def stored(desk: Desk, bodies: Sequence[bytes]) -> None:
    with desk.database.writing() as session:
        rows = [raw_row(raw, [], "203.0.113.7") for raw in bodies]
        session.connection().execute(INSERT, rows)


async def test_a_flood_makes_one_entry_and_one_update_for_each_batch(desk: Desk) -> None:
    key = opened(desk)
    stored(desk, [body("A1", shop=f"nobody{number}") for number in range(120)])
    updates: list[str] = []

    def note(*call: Any) -> None:
        if call[2].startswith("UPDATE orders"):
            updates.append(call[2])

    event.listen(desk.database.engine, "before_cursor_execute", note)
    process_waiting(desk)
    event.remove(desk.database.engine, "before_cursor_execute", note)
    assert len(updates) == ceil(120 / BATCH)
    unproven = unproven_of(order(desk, key))
    assert unproven is not None
    with desk.database.reading() as session:
        last = session.exec(select(Callback.received_at).order_by("id")).all()[-1]
    assert (unproven.number, unproven.last_at) == (120, last)


async def test_repeats_count_like_others(desk: Desk) -> None:
    key = opened(desk)
    for _ in range(3):
        await bring(desk, tampered("A1"))
    assert order(desk, key).unproven_results == 3


@pytest.mark.parametrize("others", [0, 1])
async def test_what_a_corrected_password_proves_is_unproven_no_more(
    desk: Desk, others: int
) -> None:
    opened_shop(desk, "tshop00000002", "mistyped")
    key = opened(desk, shop_id="tshop00000002")
    raw = body("A1", Status.PAYFAIL, shop="tshop00000002", password="another1")
    await bring(desk, raw)
    for _ in range(others):
        await bring(desk, raw.replace(b"PAYFAIL", b"PAYSUCCESS"))
    assert order(desk, key).unproven_results == 1 + others
    with desk.database.writing() as session:
        shop = shop_by_id(session, "tshop00000002")
        assert shop is not None
        shop.password = "another1"
    reverify(desk.database, desk.settings.our_shops)
    assert order(desk, key).status == Status.PAYFAIL
    assert order(desk, key).unproven_results == others
    assert is_asked(desk, key) is bool(others)
